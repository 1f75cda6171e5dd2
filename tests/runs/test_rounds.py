from __future__ import annotations

import pytest

from tutelage.runs.rounds import Round


def of(calls: int, seconds: float, under_way: int) -> Round:
    this = Round(0.0, calls, under_way)
    this.full, this.came = True, calls
    this.change(seconds, under_way)
    return this


def test_rate_and_mean() -> None:
    this = Round(10.0, 4, 4)
    this.change(12.0, 4)
    this.change(14.0, 2)
    this.came = 8
    assert (this.seconds, this.rate, this.mean) == (4.0, 2.0, 3.0)
    assert not this.used
    this.full = True
    assert this.used


def test_gain() -> None:
    assert of(16, 1, 16).gain_over(of(8, 1, 8)) == pytest.approx(1)
    assert of(16, 2, 16).gain_over(of(8, 1, 8)) == pytest.approx(0)
    assert of(16, 4, 16).gain_over(of(8, 1, 8)) < 0
    assert of(8, 1, 8).gain_over(of(8, 1, 8)) == 1.0  # nothing was tried, so nothing failed
