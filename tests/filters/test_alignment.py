"""Windows, subsequences and runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutelage.filters.alignment import Text, longest_run, stands_in
from tutelage.novelty.rule import common

TOKENS = st.lists(st.sampled_from("abcd"), max_size=12)


def by_table(one: list[str], other: list[str]) -> int:
    row = [0] * (len(other) + 1)
    for token in one:
        row = _next(row, token, other)
    return row[-1]


def _next(row: list[int], token: str, other: list[str]) -> list[int]:
    new = [0]
    for place, each in enumerate(other):
        new.append(row[place] + 1 if token == each else max(row[place + 1], new[-1]))
    return new


@given(TOKENS, TOKENS)
def test_the_common_subsequence_is_that_of_the_table(one: list[str], other: list[str]) -> None:
    assert common(one, other) == by_table(one, other)


def test_the_window_is_where_the_question_stands() -> None:
    question = ["why", "is", "the", "sky", "blue"]
    text = [f"word{number}" for number in range(100)]
    text[60:60] = question
    part = Text(text).densest(question)
    assert stands_in(part, question)
    assert len(part) < 20


def test_the_longest_run_stands_in_both() -> None:
    assert longest_run(list("xxabcx"), list("abcdab")) == ["a", "b", "c"]
    assert not stands_in(["ab", "c"], ["b", "c"])
