"""What lines share: the upper bound of a call, the teacher's sampling, opening late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from door import Rehearsed, said
from tutelage.asking import Sampling
from tutelage.errors import BadInput
from tutelage.recipe.settings import Budget, PaceOptions
from tutelage.records import Message, canonical
from tutelage.runs.budget import Purse
from tutelage.runs.line import IMAGE_TOKENS, Call
from tutelage.runs.live import LiveLine
from tutelage.runs.tally import Tally
from tutelage.teachers.prices import Price
from tutelage.teachers.teacher import Request


async def answer(request, number):
    return said()


def line(most=64, budget=None, price=None):
    return LiveLine(
        "teacher",
        Rehearsed(answer, most=most),
        options=PaceOptions(),
        price=price,
        purse=Purse(Budget(**budget or {"tokens": 10**9})),
        tally=Tally(),
    )


def call(given_line, messages=(), sampling=Sampling(max_tokens=64), **rest):
    request = Request(sampling, tuple(messages), **rest)
    return Call("key", "s/i/t", "teacher", given_line, request, canonical(request.as_dict()))


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=80), max_size=6), st.integers(1, 4_000))
def test_no_byte_level_tokenizer_can_exceed_the_bound(texts, most):
    messages = [Message("user", text) for text in texts]
    bound = line().bound(call(line(), messages, Sampling(max_tokens=most)))
    content = sum(len(text.encode()) for text in texts)
    assert bound.tokens >= content + 16 * len(texts) + most
    assert bound.calls == 1


def test_samples_pictures_and_other_fields_widen_the_bound():
    plain = line().bound(call(line(), [Message("user", "a")])).tokens
    four = line().bound(call(line(), [Message("user", "a")], Sampling(max_tokens=64, n=4))).tokens
    assert four >= plain + 3 * 64
    seen = line().bound(call(line(), [Message("user", "a", ("a.png", "b.png"))])).tokens
    assert seen >= plain + 2 * IMAGE_TOKENS
    asked = Sampling(max_tokens=64, extra={"max_completion_tokens": 900, "n": 2})
    assert line().bound(call(line(), [Message("user", "a")], asked)).tokens >= plain + 2 * 900 - 64


def test_money_is_bounded_by_the_bound_of_tokens():
    priced = line(price=Price(1.0, 10.0))
    bound = priced.bound(call(priced, [Message("user", "a")]))
    assert bound.money == pytest.approx(((bound.tokens - 64) * 1.0 + 64 * 10.0) / 1e6)


def test_an_answer_without_bound_is_refused_where_it_matters():
    endless = Sampling()
    with pytest.raises(BadInput, match="max_tokens"):
        line().bound(call(line(), sampling=endless))
    free = line(budget={"money": 1.0}, price=Price(0.0, 0.0))
    assert free.bound(call(free, sampling=endless)).money == 0
    scored = call(line(), sampling=endless, answer="a given answer")
    assert line().bound(scored).tokens < 1_000


def test_a_question_says_more_than_the_teacher_and_silence_less():
    given_line = line(most=77)
    merged = given_line.sampling(Sampling(temperature=0.3))
    assert (merged.temperature, merged.max_tokens) == (0.3, 77)
    again = Sampling(max_tokens=5)
    assert given_line.sampling(again).max_tokens == 5
    assert given_line.sampling(again) is given_line.sampling(again)


async def test_a_teacher_is_opened_once_and_late(monkeypatch):
    opened = []

    async def open_it(self):
        opened.append(self)

    monkeypatch.setattr(Rehearsed, "open", open_it)
    given_line = line()
    assert not opened
    for _ in range(3):
        await given_line.answer(call(given_line, [Message("user", "a")]))
    assert len(opened) == 1
