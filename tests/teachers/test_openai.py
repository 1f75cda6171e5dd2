"""The OpenAI protocol against a real server on loopback."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from pydantic import ValidationError

from loopback import Act, Script
from tutelage.asking import Sampling
from tutelage.errors import TeacherRefused
from tutelage.records import Message, system, user
from tutelage.teachers.openai import OpenAI
from tutelage.teachers.teacher import CallTrouble, Request

HELLO = (system("Be brief."), user("你好"))


@pytest.fixture
async def meet(loopback):
    """A server and a teacher that talks to it; the teacher is closed at the end."""
    teachers = []

    async def start(script=None, **settings):
        server = await loopback(script or Script())
        server.script.keep_bodies = True
        teachers.append(OpenAI(model="m", base_url=server.url, **settings))
        return server, teachers[-1]

    yield start
    for teacher in teachers:
        await teacher.close()


async def failure(teacher, request=None) -> CallTrouble:
    with pytest.raises(CallTrouble) as caught:
        await teacher.send(request or Request(Sampling(), HELLO))
    return caught.value


async def test_a_conversation_goes_out_whole_and_comes_back_as_a_reply(meet):
    server, teacher = await meet(
        Script(text="一 二"), temperature=0.5, seed=3, stop=["END"], extra={"top_k": 5}
    )
    reply = await teacher.send(Request(Sampling(temperature=0.9, max_tokens=7), HELLO))
    assert (reply.text, reply.finish, reply.model) == ("一 二", "stop", "m")
    assert reply.usage.prompt > 0
    assert reply.usage.completion == 2
    assert server.count.bodies == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "你好"}],
            "max_tokens": 7,
            "temperature": 0.9,
            "seed": 3,
            "stop": ["END"],
            "top_k": 5,
        }
    ]


async def test_raw_text_goes_to_the_completions_endpoint(meet):
    server, teacher = await meet(Script(text=" Paris"))
    reply = await teacher.send(Request(Sampling(logprobs=1), prompt="The capital of France is"))
    assert reply.text == " Paris"
    assert [token.token for token in reply.logprobs] == ["Paris"]
    assert server.count.bodies[0]["prompt"] == "The capital of France is"


async def test_samples_logprobs_and_schema(meet):
    server, teacher = await meet(Script(text="yes no"))
    reply = await teacher.send(Request(Sampling(n=3, logprobs=2), HELLO))
    assert len(reply.others) == 2
    assert reply.logprobs[0].top[0] == ("yes", -0.25)
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    reply = await teacher.send(Request(Sampling(schema=schema), HELLO))
    assert json.loads(reply.text) == {"answer": "loopback"}
    assert server.count.bodies[1]["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize("style", ["field", "tags"])
async def test_thinking_is_kept_apart_and_counted(meet, style):
    _, teacher = await meet(Script(text="42", thinking="let me see", thinking_style=style))
    reply = await teacher.send(Request(Sampling(), HELLO))
    assert (reply.thinking, reply.text) == ("let me see", "42")
    assert (reply.usage.thinking, reply.usage.completion) == (3, 4)


@pytest.mark.parametrize(
    ("mode", "trouble"),
    [("wrong_shape", "invalid"), ("not_json", "invalid"), ("empty", "empty"), ("reset", "network")],
)
async def test_what_is_no_answer_is_trouble(meet, mode, trouble):
    _, teacher = await meet(Script(fault_every=1, fault=Act(mode)))
    assert (await failure(teacher)).trouble == trouble


async def test_a_cut_answer_is_a_reply_that_says_so(meet):
    _, teacher = await meet(Script(text="abcdef", fault_every=1, fault=Act("length")))
    reply = await teacher.send(Request(Sampling(), HELLO))
    assert (reply.text, reply.finish) == ("abc", "length")


REFUSALS = {
    "max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    "temperature": "'temperature' does not support 0.5. Only the default (1) value is supported.",
    "logprobs": "logprobs are not supported with reasoning models",
    "response_format": "Invalid parameter: 'response_format' of type 'json_schema' is not supported.",
    "seed": '[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]',
}


async def test_each_refused_setting_is_learnt_once_and_never_sent_again(meet):
    server, teacher = await meet(Script(refuse=dict(REFUSALS)), temperature=0.5, seed=1)
    request = Request(Sampling(logprobs=1, schema={"type": "object"}), HELLO)
    for _ in REFUSALS:
        assert (await failure(teacher, request)).trouble == "adapt"
    assert (await teacher.send(request)).text
    last = server.count.bodies[-1]
    assert not REFUSALS.keys() & last.keys()
    assert last["max_completion_tokens"] == 2048
    assert not teacher.abilities.logprobs


async def test_a_burst_of_refusals_adapts_every_one_of_them(meet):
    _, teacher = await meet(
        Script(refuse={"temperature": REFUSALS["temperature"]}, latency=0.02), temperature=0.5
    )
    met = await asyncio.gather(*(failure(teacher) for _ in range(20)))
    assert {trouble.trouble for trouble in met} == {"adapt"}
    assert (await teacher.send(Request(Sampling(), HELLO))).text


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens is too large: 2048. This model supports at most 1024 completion tokens.",
        "temperature must be at most 1",
        "This model's maximum context length is 8192 tokens",
    ],
)
async def test_a_wrong_value_is_no_reason_to_drop_a_setting(meet, message):
    server, teacher = await meet(Script(fault_every=1, fault=Act(status=400, text=message)), temperature=0.5)
    for _ in range(2):
        assert (await failure(teacher)).trouble == "bad_request"
    assert {"max_tokens", "temperature"} <= server.count.bodies[-1].keys()


async def test_the_key_is_read_from_the_environment_and_shown_nowhere(meet, monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-right-key-1234567890")
    server, teacher = await meet(Script(key="sk-right-key-1234567890"), api_key_env="MY_KEY")
    assert (await teacher.send(Request(Sampling(), HELLO))).text
    server.script.key = "another"
    met = await failure(teacher)
    assert met.trouble == "auth"
    shown = met.message + repr(teacher) + teacher.model_dump_json() + teacher.identity
    assert "sk-right" not in shown


async def test_a_public_server_without_a_key_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(TeacherRefused, match="export OPENAI_API_KEY"):
        await OpenAI(model="m", base_url="https://models.example.com/v1").open()


async def test_a_server_that_hangs_is_given_up_in_time(meet):
    _, teacher = await meet(Script(fault_every=1, fault=Act("hang")), timeout=0.2)
    assert (await failure(teacher)).trouble == "timeout"


async def test_opening_and_closing_may_be_repeated(meet):
    _, teacher = await meet()
    for _ in range(2):
        await teacher.open()
        await teacher.open()
        assert (await teacher.send(Request(Sampling(), HELLO))).text
        await teacher.close()
        await teacher.close()


async def test_pictures_become_content_parts_in_the_order_of_their_markers(meet, tmp_path):
    server, teacher = await meet()
    picture = tmp_path / "dot.png"
    picture.write_bytes(b"\x89PNG")
    message = Message("user", "Compare <image> with <image>.", (str(picture), "https://example.com/b.jpg"))
    await teacher.send(Request(Sampling(), (message,)))
    kinds = [
        part.get("text") or part["image_url"]["url"]
        for part in server.count.bodies[0]["messages"][0]["content"]
    ]
    assert kinds == ["Compare ", "data:image/png;base64,iVBORw==", " with ", "https://example.com/b.jpg", "."]
    gone = Message("user", "Look", (str(tmp_path / "gone.png"),))
    assert (await failure(teacher, Request(Sampling(), (gone,)))).trouble == "bad_request"


async def test_context_is_read_from_where_servers_put_it(meet):
    server, teacher = await meet(Script(models=[{"id": "m", "max_model_len": 8192}]))
    assert (await teacher.examine())["context"] == 8192
    server.script.models = [{"id": "m", "meta": {"n_ctx_train": 2048}}]
    assert (await teacher.examine())["context"] == 2048
    server.script.models = [{"id": "mm"}, {"id": "other"}]
    assert "did you mean 'mm'" in (await teacher.examine())["warning"]


def test_settings_come_from_the_environment_and_wrong_ones_are_refused(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/")
    assert OpenAI(model="m").identity == "openai:http://127.0.0.1:9/v1:m"
    assert OpenAI(model="m", label="mine").identity == "mine"
    for wrong in (
        {"extra": {"model": "x"}},
        {"modle": "x"},
        {"base_url": "nowhere"},
        {"schema_output": "maybe"},
    ):
        with pytest.raises(ValidationError):
            OpenAI(**{"model": "m"} | wrong)


def test_switches_accept_what_yaml_makes_of_on_and_off():
    teacher = OpenAI(model="m", base_url="http://localhost/v1", schema_output=True, raw=False)
    assert teacher.abilities.schema
    assert not teacher.abilities.raw


def test_building_a_body_costs_little_processor_time():
    teacher, request = OpenAI(model="m", base_url="http://localhost/v1"), Request(Sampling(), HELLO)
    started = time.process_time()
    for _ in range(2000):
        teacher.body(request)
    assert (time.process_time() - started) / 2000 < 0.0001
