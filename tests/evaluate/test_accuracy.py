"""Shares and their intervals."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.accuracy import accuracy, by_group, clustered, macro, ratio


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_an_interval_holds_its_share_and_stays_within_bounds(outcomes: list[bool]):
    found = accuracy(outcomes)
    low, high = found["interval"]
    assert -1e-9 <= low <= found["accuracy"] + 1e-9
    assert found["accuracy"] - 1e-9 <= high <= 1 + 1e-9
    assert found["n"] == len(outcomes)


def test_a_share_of_independent_outcomes_has_the_textbook_error():
    found = accuracy([True] * 30 + [False] * 70)
    assert found["accuracy"] == pytest.approx(0.3)
    assert found["standard_error"] == pytest.approx(sqrt(0.3 * 0.7 / 99))


def test_outcomes_that_belong_together_tell_less():
    alone = accuracy([True, True, False, False] * 10)
    together = clustered([[True, True], [False, False]] * 10)
    assert together["accuracy"] == alone["accuracy"]
    assert together["standard_error"] > 1.3 * alone["standard_error"]


def test_groups_and_their_mean():
    groups = by_group([("a", True), ("a", False), ("b", True), ("", False)])
    assert {name: each["accuracy"] for name, each in groups.items()} == {"a": 0.5, "b": 1.0}
    assert macro(groups) == 0.75
    assert macro({}) is None


def test_a_ratio_weighs_by_length():
    share, error = ratio([1.0, 9.0], [1, 3])
    assert share == 2.5
    assert error > 0
