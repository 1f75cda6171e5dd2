"""The Messages API against a real server on loopback."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from loopback import Act, Script
from tutelage.asking import Sampling
from tutelage.errors import TeacherRefused
from tutelage.records import Message, assistant, system, user
from tutelage.teachers.anthropic import Anthropic, read
from tutelage.teachers.teacher import CallTrouble, Request


@pytest.fixture
async def meet(loopback):
    teachers = []

    async def start(script=None, **settings):
        server = await loopback(script or Script())
        server.script.keep_bodies = True
        teachers.append(Anthropic(model="claude", base_url=server.url, **settings))
        return server, teachers[-1]

    yield start
    for teacher in teachers:
        await teacher.close()


async def test_the_system_prompt_travels_apart_with_the_right_headers(meet, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret-key")
    server, teacher = await meet(Script(text="Hi", key="secret-key"), stop=["END"])
    turns = (system("Be brief."), user("Hello"), assistant("Yes?"), user("再见"))
    reply = await teacher.send(Request(Sampling(max_tokens=50, temperature=0.3), turns))
    assert (reply.text, reply.finish) == ("Hi", "stop")
    assert reply.usage.total > 1
    body, headers = server.count.bodies[0], server.count.headers[0]
    assert body["system"] == "Be brief."
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    assert (body["max_tokens"], body["temperature"], body["stop_sequences"]) == (50, 0.3, ["END"])
    assert headers["anthropic-version"] == "2023-06-01"
    assert "Authorization" not in headers


async def test_thinking_blocks_are_kept_apart(meet):
    server, teacher = await meet(
        Script(text="Eight", thinking="count them"), thinking_tokens=1024, max_tokens=4096
    )
    reply = await teacher.send(Request(Sampling(), (user("Legs?"),)))
    assert (reply.thinking, reply.text) == ("count them", "Eight")
    assert 0 < reply.usage.thinking < reply.usage.completion
    assert server.count.bodies[0]["thinking"] == {"type": "enabled", "budget_tokens": 1024}


async def test_several_samples_are_asked_for_one_by_one(meet):
    server, teacher = await meet(Script(text="A", different=True))
    reply = await teacher.send(Request(Sampling(n=3), (user("Go"),)))
    assert len({reply.text, *reply.others}) == 3
    assert server.count.requests == 3


async def test_an_overload_and_a_refused_setting_have_their_names(meet):
    _, teacher = await meet(Script(fault_every=1, fault=Act(status=529)))
    with pytest.raises(CallTrouble) as caught:
        await teacher.send(Request(Sampling(), (user("Go"),)))
    assert caught.value.trouble == "overloaded"
    _, teacher = await meet(
        Script(refuse={"top_p": "`temperature` and `top_p` cannot both be specified"}), top_p=0.9
    )
    request = Request(Sampling(temperature=1.0), (user("Go"),))
    with pytest.raises(CallTrouble) as caught:
        await teacher.send(request)
    assert caught.value.trouble == "adapt"
    assert (await teacher.send(request)).text


@pytest.mark.parametrize("sampling", [Sampling(logprobs=1)])
@pytest.mark.parametrize("form", [{"messages": (user("Go"),)}])
async def test_what_the_api_lacks_is_refused_by_name(meet, sampling, form):
    _, teacher = await meet()
    for request in (
        Request(sampling, **form),
        Request(Sampling(), prompt="raw"),
        Request(Sampling(), answer="a"),
    ):
        with pytest.raises(CallTrouble) as caught:
            await teacher.send(request)
        assert caught.value.trouble == "bad_request"


def test_stop_reasons_cached_tokens_and_forms_are_read():
    data = {
        "content": [{"type": "tool_use", "id": "t", "name": "reply", "input": {"答": 8}}],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 5, "cache_read_input_tokens": 100, "output_tokens": 9},
    }
    reply = read(data)
    assert json.loads(reply.text) == {"答": 8}
    assert (reply.finish, reply.usage.prompt) == ("stop", 105)
    assert read(data | {"stop_reason": "refusal", "content": []}).finish == "filter"
    assert read(data | {"stop_reason": "max_tokens", "content": []}).finish == "length"
    for wrong, trouble in (({"type": "message"}, "invalid"), (data | {"content": []}, "empty")):
        with pytest.raises(CallTrouble) as caught:
            read(wrong if trouble == "invalid" else wrong | {"stop_reason": "end_turn"})
        assert caught.value.trouble == trouble


def test_pictures_and_schema_take_the_apis_own_form(tmp_path):
    teacher = Anthropic(model="claude", base_url="http://localhost:1")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    images = (str(tmp_path / "a.png"), "https://example.com/b.png", "data:image/gif;base64,AAAA")
    body = teacher.body(Request(Sampling(schema={"type": "object"}), (Message("user", "Look", images),)))
    sources = [part["source"]["type"] for part in body["messages"][0]["content"] if part["type"] == "image"]
    assert sources == ["base64", "url", "base64"]
    assert body["tools"][0]["input_schema"] == {"type": "object"}


async def test_settings_are_checked(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(ValidationError, match="larger than thinking_tokens"):
        Anthropic(model="claude", thinking_tokens=2048, max_tokens=1024)
    assert Anthropic(model="claude", base_url="https://x.org/v1/").base_url == "https://x.org"
    with pytest.raises(TeacherRefused, match="ANTHROPIC_API_KEY"):
        await Anthropic(model="claude").open()
