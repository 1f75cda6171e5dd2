from __future__ import annotations

import pytest

from tutelage.runs.allowance import Allowance


def test_units_leave_evenly() -> None:
    allowance, now = Allowance(60), 100.0
    times = []
    for _ in range(5):
        now = allowance.ready(now, 1)
        allowance.charge(now, 1)
        times.append(now)
    assert times == [100, 100, 101, 102, 103]  # a second's worth may leave at once, before the spacing


def test_a_call_larger_than_the_allowance_leaves_alone() -> None:
    allowance = Allowance(100)
    assert allowance.ready(0, 500) == 0
    allowance.charge(0, 500)
    assert allowance.ready(1, 1) >= 60
    small = Allowance(100)
    small.charge(0, 10)
    assert small.ready(1, 500) == 60


def test_a_true_figure_replaces_the_expected_one() -> None:
    allowance = Allowance(100)
    charge = allowance.charge(0, 90)
    assert allowance.ready(0, 50) > 50
    allowance.correct(charge, 1, 10)
    assert allowance.ready(1, 50) == pytest.approx(5)
    allowance.correct(charge, 2, 95)
    assert allowance.ready(2, 50) == 60


def test_what_is_a_minute_old_no_longer_counts() -> None:
    allowance = Allowance(100)
    charge = allowance.charge(0, 100)
    assert allowance.ready(61, 100) == 61
    allowance.correct(charge, 61, 50)
    assert allowance.ready(61, 100) == 61
