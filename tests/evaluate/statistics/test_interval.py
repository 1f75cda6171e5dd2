from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.interval import Interval, normal, student, t_value, wilson, z_value


@pytest.mark.parametrize(("level", "expected"), [(0.9, 1.644854), (0.95, 1.959964), (0.99, 2.575829)])
def test_the_normal_quantile(level: float, expected: float) -> None:
    assert z_value(level) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 12.7062), (2, 4.30265), (3, 3.18245), (5, 2.57058), (10, 2.22814), (30, 2.04227), (1000, 1.96234)],
)
def test_student_s_quantile_is_the_table_s(freedom: int, expected: float) -> None:
    assert t_value(0.95, freedom) == pytest.approx(expected, rel=2e-3)


def test_a_level_is_a_probability() -> None:
    with pytest.raises(BadInput, match="between 0 and 1"):
        z_value(95)


def test_the_simple_intervals() -> None:
    assert normal(10, 2).as_list() == pytest.approx([6.08, 13.92], abs=0.01)
    assert student(10, 2, 4).as_list() == pytest.approx([3.635, 16.365], abs=0.02)
    assert Interval(-3, 120).within(0, 100).as_list() == [0, 100]
    assert Interval(1, 2).holds(1.5)
    assert not Interval(1, 2).holds(2.5)


def test_wilson_s_example() -> None:
    """Newcombe (1998), table I: 15 of 148 gives 0.0624 to 0.1605."""
    assert wilson(100 * 15 / 148, 148).as_list() == pytest.approx([6.24, 16.05], abs=0.01)


def test_no_win_in_ten_is_still_uncertain() -> None:
    found = wilson(0, 10, error=0.0)
    assert found.low == pytest.approx(0, abs=1e-9)
    assert found.high == pytest.approx(27.75, abs=0.01)


@given(st.floats(0.01, 99.99), st.integers(2, 2000), st.floats(0.01, 1))
def test_soft_votes_say_more_than_hard_ones(rate: float, n: int, share: float) -> None:
    hard = 100 * sqrt(rate / 100 * (1 - rate / 100) / n)
    softer, plain = wilson(rate, n, error=share * hard), wilson(rate, n)
    assert softer.low <= rate <= softer.high
    assert softer.high - softer.low <= plain.high - plain.low + 1e-9
    assert 0 <= softer.low <= softer.high <= 100


@given(st.floats(0.5, 99.5))
def test_equal_votes_grow_surer_step_by_step(rate: float) -> None:
    widths = [wilson(rate, n, error=0.0) for n in (1, 2, 3, 4, 5, 10, 40, 805)]
    spans = [each.high - each.low for each in widths]
    assert spans == sorted(spans, reverse=True)
    assert spans[-1] > 0
    assert all(each.low < rate < each.high for each in widths)


def test_a_hair_of_difference_does_not_change_the_interval() -> None:
    assert wilson(50, 40, error=0.0).as_list() == pytest.approx(wilson(50, 40, error=1e-6).as_list())
    assert wilson(0, 7, error=0.0).as_list() == wilson(0, 7).as_list()
