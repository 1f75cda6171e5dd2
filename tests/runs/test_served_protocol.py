"""The protocol without a network; what a server makes of it is in test_serving.py."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.asking import Abilities, Sampling
from tutelage.records import Finish, Reply, Usage, assistant, system, user
from tutelage.runs.served_protocol import Asked, Refused, answer, events, read_body
from tutelage.teachers import protocol
from tutelage.teachers.teacher import Request

ALL = Abilities(raw=True, logprobs=True, schema=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SAMPLED = ["temperature", "top_p", "max_tokens", "stop", "seed", "n", "logprobs", "top_logprobs"]
OTHERS = ["messages", "prompt", "stream", "stream_options", "response_format", "tools", "model"]
FIELDS = st.sampled_from([*SAMPLED, *OTHERS])


def read(body: Any, *, chat: bool = True, abilities: Abilities = ALL) -> Asked:
    return read_body(json.dumps(body).encode(), chat=chat, served=("m",), abilities=abilities)


def test_what_our_client_sends_is_what_is_asked() -> None:
    sampling = Sampling(temperature=0.5, top_p=0.9, max_tokens=7, stop=("a", "b"), seed=3, n=2, logprobs=4,
                        schema={"type": "object"})  # fmt: skip
    asked = Request(sampling, (system("s"), user("你好"), assistant("a"), user("b")))
    assert read(protocol.chat_body("m", asked)).request == asked
    raw = Request(sampling, prompt="Once")
    assert read(protocol.completion_body("m", raw), chat=False).request == raw


@given(st.dictionaries(FIELDS, JSON), st.booleans())
def test_any_json_is_understood_or_refused(body: dict[str, Any], chat: bool) -> None:
    plain = {"model": "m", "messages": [{"role": "user", "content": "x"}], "prompt": "x"}
    refused = None
    try:
        read({**plain, **body}, chat=chat)
    except Refused as error:
        refused = error
    assert refused is None or (refused.status in (400, 404) and refused.body["error"]["message"])


def test_other_spellings_are_understood() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    body = {"model": "m", "messages": [{"role": "developer", "content": parts}], "max_completion_tokens": 5}
    asked = read({**body, "response_format": {"type": "json_object"}}).request
    assert asked.messages == (system("ab"),)
    assert (asked.sampling.max_tokens, asked.sampling.schema) == (5, {"type": "object"})
    assert read({"model": "m", "prompt": ["x"]}, chat=False).request.prompt == "x"


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"logprobs": True}, "no log-probabilities"),
        ({"response_format": {"type": "json_object"}}, "cannot be held to a schema"),
    ],
)
def test_what_the_model_cannot_do_is_refused(extra: dict[str, Any], told: str) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(Refused, match=told):
        read({**body, **extra}, abilities=Abilities())
    with pytest.raises(Refused, match="completes no raw text"):
        read({"model": "m", "prompt": "x"}, chat=False, abilities=Abilities())


@pytest.mark.parametrize(
    ("finish", "said"), [("stop", "stop"), ("length", "length"), ("filter", "content_filter")]
)
def test_our_client_reads_the_answer(finish: Finish, said: str) -> None:
    asked = Asked(Request(Sampling(n=2), (user("x"),)), chat=True)
    reply = Reply("yes", finish=finish, others=("no",), usage=Usage(2, 3), thinking="hm")
    body = answer(asked, reply, "m")
    assert body["choices"][0]["finish_reason"] == said
    back = protocol.chat_reply(body, asked.request)
    assert (back.text, back.finish, back.others, back.thinking) == ("yes", finish, ("no",), "hm")
    assert (back.usage.prompt, back.usage.completion) == (2, 3)
    raw = Asked(Request(Sampling(), prompt="x"), chat=False)
    assert protocol.completion_reply(answer(raw, reply, "m"), raw.request).text == "yes"


def test_events_end_and_hold_broken_text() -> None:
    asked = Asked(Request(Sampling(), prompt="x"), chat=False, stream=True)
    told = list(events(asked, Reply("half \ud83d a pair"), "m"))
    assert told[-1] == b"data: [DONE]\n\n"
    assert json.loads(told[0].removeprefix(b"data: "))["choices"][0]["text"] == "half ? a pair"
