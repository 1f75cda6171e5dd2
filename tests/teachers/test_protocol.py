"""Answers of many servers, read into one kind of reply."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.asking import Sampling
from tutelage.records import user
from tutelage.teachers.protocol import chat_reply, completion_reply
from tutelage.teachers.teacher import CallTrouble, Request

ASKED = Request(Sampling(), (user("How many legs has a spider?"),))


def answer(message, finish="stop", usage=None):
    body = {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    return body | ({"usage": usage} if usage else {})


def test_content_as_parts_with_thinking_is_read():
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "count"}]},
        {"type": "text", "text": "Eight."},
    ]
    reply = chat_reply(answer({"content": parts}), ASKED)
    assert (reply.thinking, reply.text) == ("count", "Eight.")


def test_a_refusal_is_filtered_text():
    reply = chat_reply(answer({"content": None, "refusal": "I cannot."}), ASKED)
    assert (reply.text, reply.finish) == ("I cannot.", "filter")


def test_thinking_that_used_up_all_tokens_is_a_length_stop_not_trouble():
    reply = chat_reply(answer({"content": "<think>and so on"}, "length"), ASKED)
    assert (reply.text, reply.thinking, reply.finish) == ("", "and so on", "length")


def test_thinking_left_out_of_completion_tokens_is_found_in_the_total():
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115}
    reply = chat_reply(answer({"content": "Eight.", "reasoning": "hm " * 100}, usage=usage), ASKED)
    assert reply.usage.completion == 105
    assert 0 < reply.usage.thinking <= 105


def test_a_server_that_does_not_count_is_not_taken_for_free():
    reply = chat_reply(answer({"content": "Eight."}), ASKED)
    assert reply.usage.prompt == 9
    assert reply.usage.completion == 2


def test_a_model_that_failed_while_writing_is_a_server_trouble():
    with pytest.raises(CallTrouble) as caught:
        chat_reply(answer({"content": "Ei"}, "error"), ASKED)
    assert caught.value.trouble == "server"


def test_both_forms_of_completion_logprobs_are_read():
    old = {"tokens": ["a", "b"], "token_logprobs": [None, -1.0], "top_logprobs": [None, {"b": -1.0}]}
    new = {"content": [{"token": "b", "logprob": -1.0, "top_logprobs": [{"token": "b", "logprob": -1.0}]}]}
    for form in (old, new):
        body = {"choices": [{"text": "ab", "finish_reason": "stop", "logprobs": form}]}
        (token,) = completion_reply(body, ASKED).logprobs
        assert (token.token, token.logprob, token.top) == ("b", -1.0, (("b", -1.0),))


NAMES = [
    "message",
    "content",
    "text",
    "logprobs",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens_details",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"choices": JSON | st.lists(JSON, min_size=1, max_size=1), "usage": JSON}))
def test_no_shape_of_answer_raises_anything_but_trouble(data):
    for read in (chat_reply, completion_reply):
        with suppress(CallTrouble):
            assert isinstance(read(data, ASKED).usage.total, int)
