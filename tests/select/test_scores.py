"""Rough scores order as they say, and given ones are read or refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from tutelage.errors import BadInput
from tutelage.records import Example, assistant, system, user
from tutelage.select.scores import given, rough_complexity, rough_quality, turns


def dialogue(**lineage: Any) -> Example:
    said = (system("s"), user("one"), assistant("two"), user("three"), assistant("four"), user("five"))
    return Example("d", said, "five", lineage=lineage)


def test_turns_are_questions_with_answers() -> None:
    assert list(turns(dialogue())) == [("one", "two"), ("three", "four")]


@for_all(some.text(), some.text())
def test_rough_scores_are_never_negative(question: str, answer: str) -> None:
    assert rough_complexity(question) >= 1
    assert rough_quality(answer) >= 0


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Water boils at a lower temperature high up, for the air presses less.", "It does."),
        ("It grows in the shade and flowers early in May.", "It grows it grows it grows it grows it grows."),
        ("It grows in the shade and flowers early in May.", "It grows in the shade and flowers early in M"),
        ("它生长在阴凉处，五月初开花。", "它生长它生长它生长它生长。"),
    ],
)
def test_more_new_and_whole_is_better(better: str, worse: str) -> None:
    assert rough_quality(better) > rough_quality(worse) > 0
    assert rough_quality("") == 0


def test_a_question_with_more_in_it_is_more_complex() -> None:
    plain = "Write a poem."
    demanding = "Write a poem of four lines about the sea, without the letter e, for a child of six."
    assert rough_complexity(demanding) > rough_complexity(plain) > rough_complexity("")
    assert rough_complexity(plain * 5) < rough_complexity(demanding)  # saying it again adds nothing


@pytest.mark.parametrize(("value", "read"), [(3, [3.0, 3.0]), ([1, 2.5], [1.0, 2.5]), (None, None)])
def test_given_scores_are_one_a_row_or_one_a_turn(value: Any, read: list[float] | None) -> None:
    assert given(dialogue(q=value), "q") == read


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("high", "must be a number"),
        (True, "must be a number"),
        ([1, None], "must be a number"),
        ([1], "1 numbers for 2 turns"),
        (float("nan"), "not a finite number"),
    ],
)
def test_other_scores_are_refused(value: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        given(dialogue(q=value), "q")
