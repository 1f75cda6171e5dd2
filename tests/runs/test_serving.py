"""The server over real HTTP: our own client against it, and everybody whom it must refuse."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from tutelage.asking import Abilities, Sampling
from tutelage.errors import BadInput
from tutelage.records import Reply, TokenLogprob, Usage, system, user
from tutelage.runs.serving import ServeOptions, check_door, is_loopback, serving
from tutelage.teachers.openai import OpenAI
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request

Start = Callable[..., Awaitable[str]]
CHAT = {"model": "script", "messages": [{"role": "user", "content": "Hello"}]}


class Told(Scripted):
    """A script with a known name, and abilities of a local model."""

    @property
    def name(self) -> str:
        return "script"

    @property
    def abilities(self) -> Abilities:
        return Abilities(raw=True, logprobs=True, schema=True)

    async def send(self, request: Request) -> Reply:
        reply = self._function(request)  # not Scripted's own, which asks once for each of n
        assert isinstance(reply, Reply)
        return reply


def echo(request: Request) -> Reply:
    asked = request.prompt if request.prompt is not None else request.messages[-1].content
    told = (TokenLogprob("Hi", -0.5, (("Hi", -0.5), ("Ho", -1.0))),) if request.sampling.logprobs else ()
    others = tuple(f"other {n}" for n in range(1, request.sampling.n))
    return Reply(f"You said: {asked}", usage=Usage(3, 5), logprobs=told, others=others)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def begin(answer: Callable[[Request], Reply] = echo, **options: Any) -> str:
            made = serving(Told.of(answer), ServeOptions(**{"port": 0, **options}))
            return await stack.enter_async_context(made)

        yield begin


async def sent(
    url: str, body: Any = CHAT, *, path: str = "/chat/completions", **options: Any
) -> tuple[int, Any]:
    data = body if isinstance(body, (bytes, str, io.BytesIO)) else json.dumps(body)
    headers = {"Content-Type": "application/json", **options.pop("headers", {})}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url + path, data=data, headers=headers, **options) as response,
    ):
        return response.status, json.loads(await response.text())


async def test_our_own_client_talks_to_it(start: Start) -> None:
    teacher = OpenAI(model="script", base_url=await start(), api_key_env="NO_SUCH_KEY")
    try:
        reply = await teacher.send(
            Request(Sampling(max_tokens=9, temperature=0.0), (system("Be."), user("你好")))
        )
        assert (reply.text, reply.usage.total, reply.model) == ("You said: 你好", 8, "script")
        told = await teacher.send(Request(Sampling(n=2, logprobs=2), (user("x"),)))
        assert told.others == ("other 1",)
        assert told.logprobs[0].top[1] == ("Ho", -1.0)
        raw = await teacher.send(Request(Sampling(logprobs=1), prompt="Once"))
        assert raw.text == "You said: Once"
        assert raw.logprobs[0].logprob == -0.5
        assert (await teacher.examine())["models"] == ["script"]
    finally:
        await teacher.close()


async def test_models_health_and_one_model(start: Start) -> None:
    url = await start(names=("student",))
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/models") as response:
            listed = [each["id"] for each in (await response.json())["data"]]
        async with session.get(f"{url}/models/script") as response:
            assert (await response.json())["id"] == "script"
        async with session.get(f"{url}/models/scribe") as response:
            assert response.status == 404
        async with session.get(url.removesuffix("/v1") + "/health") as response:
            assert (await response.json()) == {"status": "ok"}
    assert listed == ["student", "script"]
    assert (await sent(url, {**CHAT, "model": "student"}))[0] == 200


async def test_a_stream_says_the_same(start: Start) -> None:
    url = await start()
    body = {**CHAT, "stream": True, "stream_options": {"include_usage": True}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/chat/completions", json=body) as response,
    ):
        assert response.content_type == "text/event-stream"
        lines = [each for each in (await response.text()).split("\n\n") if each]
    assert lines[-1] == "data: [DONE]"
    events = [json.loads(each.removeprefix("data: ")) for each in lines[:-1]]
    text = "".join(each["choices"][0]["delta"].get("content", "") for each in events if each["choices"])
    assert text == "You said: Hello"
    assert [each["choices"][0]["finish_reason"] for each in events if each["choices"]] == [None, "stop"]
    assert events[-1]["usage"]["total_tokens"] == 8
    assert len({each["id"] for each in events}) == 1


HOSTILE = [
    ({"Host": "evil.example"}, 403, "host"),
    ({"Host": "localhost.evil.example"}, 403, "host"),
    ({"Host": "127.0.0.1@evil.example"}, 403, "host"),
    ({"Host": "[::1"}, 403, "host"),
    ({"Origin": "https://evil.example"}, 403, "origin"),
    ({"Origin": "null"}, 403, "origin"),
    ({"Origin": "http://127.0.0.1.evil.example"}, 403, "origin"),
    ({"Content-Type": "text/plain"}, 415, None),
]


@pytest.mark.parametrize(("headers", "status", "code"), HOSTILE)
async def test_hostile_headers_are_refused(
    start: Start, headers: dict[str, str], status: int, code: str | None
) -> None:
    asked: list[Request] = []
    url = await start(lambda request: asked.append(request) or Reply("x"))
    told, body = await sent(url, headers=headers)
    assert (told, body["error"]["code"]) == (status, code)
    assert not asked


async def test_a_page_of_this_machine_may_ask(start: Start) -> None:
    url = await start()
    for headers in ({"Host": "localhost"}, {"Host": "[::1]:80"}, {"Origin": "http://localhost:3000"}):
        assert (await sent(url, headers=headers))[0] == 200


BAD = [
    (b"{", "not JSON"),
    (b"\xff\xfe", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    ([], "JSON object"),
    ({"messages": []}, "name the model"),
    ({"model": "script"}, "'messages' must be a list"),
    ({"model": "script", "messages": []}, "at least one"),
    ({"model": "script", "messages": ["x"]}, "messages[0]: the role"),
    ({"model": "script", "messages": [{"role": "tool", "content": "x"}]}, "the role must be one of"),
    ({"model": "script", "messages": [{"role": "user"}]}, "the content must be text"),
    ({"model": "script", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "must be text"),
    ({**CHAT, "temperature": "warm"}, "'temperature' must be a number from 0 to 2"),
    ({**CHAT, "temperature": True}, "'temperature'"),
    ({**CHAT, "top_p": 0}, "'top_p'"),
    ({**CHAT, "max_tokens": 0}, "'max_tokens' must be a whole number from 1"),
    ({**CHAT, "max_tokens": 1.5}, "'max_tokens'"),
    ({**CHAT, "n": 1000}, "'n' must be a whole number from 1 to 16"),
    ({**CHAT, "stop": [1]}, "'stop'"),
    ({**CHAT, "stream": "yes"}, "'stream' must be true or false"),
    ({**CHAT, "tools": [{}]}, "'tools' is not served"),
    ({**CHAT, "response_format": {"type": "poem"}}, "'response_format'"),
]


@pytest.mark.parametrize(("body", "told"), BAD)
async def test_a_bad_body_is_told_what_is_wrong(start: Start, body: Any, told: str) -> None:
    status, answer = await sent(await start(), body)
    assert status == 400
    assert told in answer["error"]["message"]
    assert answer["error"]["type"] == "invalid_request_error"


async def test_an_unknown_model_a_path_and_a_method(start: Start) -> None:
    url = await start()
    status, answer = await sent(url, {**CHAT, "model": "scirpt"})
    assert (status, answer["error"]["code"]) == (404, "model_not_found")
    assert "did you mean 'script'" in answer["error"]["message"]
    assert (await sent(url, path="/embeddings"))[0] == 404
    assert (await sent(url, path="/models"))[0] == 405
    assert (await sent(url, {"model": "script", "prompt": ["a", "b"]}, path="/completions"))[0] == 400


async def test_a_large_body_and_a_full_queue(start: Start) -> None:
    url = await start(body=1000)
    status, answer = await sent(url, {**CHAT, "messages": [{"role": "user", "content": "x" * 2000}]})
    assert status == 413
    assert "1,000 bytes" in answer["error"]["message"]
    usual = await start()
    status, answer = await sent(usual, io.BytesIO(b'{"model": "' + b"x" * 50_000_000 + b'"}'))
    assert (status, "4,194,304 bytes" in answer["error"]["message"]) == (413, True)
    assert (await sent(usual))[0] == 200
    full = await start(waiting=0)
    status, answer = await sent(full)
    assert (status, answer["error"]["code"]) == (429, "queue_full")


async def test_a_key_is_asked_for(start: Start) -> None:
    url = await start(key="secret-words")
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Basic secret-words"}):
        status, answer = await sent(url, headers=headers)
        assert (status, answer["error"]["code"]) == (401, "invalid_api_key")
        assert "secret-words" not in json.dumps(answer)
    assert (await sent(url, headers={"Authorization": "Bearer secret-words"}))[0] == 200
    assert "secret" not in repr(ServeOptions(key="secret-words"))


@pytest.mark.parametrize(
    ("trouble", "status"), [("bad_request", 400), ("overloaded", 503), ("timeout", 504), ("server", 502)]
)
async def test_the_models_trouble_is_told(start: Start, trouble: Any, status: int) -> None:
    def fail(request: Request) -> Reply:
        raise CallTrouble(trouble, "it went wrong")

    told, answer = await sent(await start(fail))
    assert (told, answer["error"]["message"]) == (status, "it went wrong")


async def test_an_empty_answer_is_an_answer(start: Start) -> None:
    def nothing(request: Request) -> Reply:
        raise CallTrouble("empty", "nothing was said")

    status, answer = await sent(await start(nothing))
    assert (status, answer["choices"][0]["message"]["content"]) == (200, "")


async def test_a_client_that_hangs_up_leaves_the_server_well() -> None:
    gone = asyncio.Event()

    class Slow(Told):
        async def send(self, request: Request) -> Reply:
            if request.messages[-1].content != "wait":
                return echo(request)
            try:
                await asyncio.sleep(30)
            finally:
                gone.set()
            return Reply("late")

        @property
        def slots(self) -> int:
            return 1

    async with serving(Slow.of(echo), ServeOptions(port=0, waiting=1)) as url:
        body = {**CHAT, "messages": [{"role": "user", "content": "wait"}]}
        with pytest.raises(asyncio.TimeoutError):
            await sent(url, body, timeout=aiohttp.ClientTimeout(total=0.2))
        await asyncio.wait_for(gone.wait(), 5)
        assert (await sent(url))[0] == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_others_are_let_in_with_a_key_only(host: str) -> None:
    with pytest.raises(BadInput, match="no key"):
        check_door(ServeOptions(host=host))
    check_door(ServeOptions(host=host, key="k"))
    with pytest.raises(BadInput, match="holds no key"):
        check_door(ServeOptions(), "MY_KEY")


LOCAL = {
    "127.0.0.1": True,
    "::1": True,
    "localhost": True,
    "127.0.0.5": True,
    "0.0.0.0": False,
    "x.org": False,
}


@pytest.mark.parametrize("host", LOCAL)
def test_loopback(host: str) -> None:
    assert is_loopback(host) is LOCAL[host]


async def test_a_taken_port_is_told(start: Start) -> None:
    port = int((await start()).rsplit(":", 1)[1].removesuffix("/v1"))
    with pytest.raises(BadInput, match="cannot be opened"):
        await start(port=port)
