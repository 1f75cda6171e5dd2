"""The rules by which a verdict is given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.fitness import Fitness
from tutelage.evaluate.verdict import Comparison, verdict


def found(low: float, high: float, **rest: Any) -> Comparison:
    settings: dict[str, Any] = {"questions": 100, "difference": (low + high) / 2} | rest
    return Comparison("new", "old", "win rate", low=low, high=high, **settings)


@pytest.mark.parametrize(
    ("comparison", "word"),
    [
        (found(1, 9), "better"),
        (found(-9, -1), "worse"),
        (found(-1, 1), "as good"),
        (found(-1, 9), "no difference shown"),
        (found(0, 9), "no difference shown"),
        (found(1, 9, questions=4), "not comparable"),
        (found(1, 9, judge=Fitness(("it saw 50%",))), "judge not fit"),
        (found(1, 9, judge=Fitness()), "better"),
        (found(1, 9, higher_is_better=False), "worse"),
        (found(-9, -1, higher_is_better=False), "better"),
    ],
)
def test_the_rules(comparison: Comparison, word: str) -> None:
    given_verdict = verdict(comparison)
    assert given_verdict.word == word
    assert given_verdict.sentence.endswith(".")


def test_what_could_have_been_seen_is_said_where_nothing_was() -> None:
    said = verdict(found(-3, 5, detectable=7.5)).sentence
    assert "No difference" in said
    assert "7.50" in said


bounds = st.tuples(st.floats(-50, 50), st.floats(-50, 50)).map(sorted)


@given(bounds, st.booleans())
def test_swapping_the_two_models_swaps_the_word(span: list[float], higher: bool) -> None:
    low, high = span
    swapped = {"better": "worse", "worse": "better"}
    one = verdict(found(low, high, higher_is_better=higher)).word
    other = verdict(found(-high, -low, higher_is_better=higher)).word
    assert other == swapped.get(one, one)


@given(bounds)
def test_an_interval_that_holds_zero_never_makes_a_difference(span: list[float]) -> None:
    low, high = span
    if low <= 0 <= high:
        assert verdict(found(low, high)).word in ("as good", "no difference shown")
