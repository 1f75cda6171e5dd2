"""The curve of the rate, step by step; against servers it is tried in ``test_pace.py``."""

from __future__ import annotations

import pytest

from tutelage.runs.rate import CUTS, DOUBLING, HOLD_SHORT, SLOWEST, SendRate


def refused_at_ten_a_second() -> SendRate:
    """Ten calls a second left for two seconds; then one was refused."""
    rate = SendRate()
    for tenth in range(20):
        rate.leave(tenth / 10)
    rate.rejected(1.95, 1.9)
    return rate


def send(rate: SendRate, start: float, end: float) -> float:
    """Send whenever possible, all accepted, and return the time reached."""
    now = start
    while now < end:
        now = rate.ready(now)
        rate.leave(now)
        rate.accepted(now, now)
    return now


def test_nothing_is_limited_before_a_refusal() -> None:
    rate = SendRate()
    for _ in range(1000):
        assert rate.ready(5.0) == 5.0
        rate.leave(5.0)
        rate.accepted(5.0, 5.0)
    assert rate.rate is None


def test_a_refusal_teaches_a_rate_below_what_was_sent() -> None:
    rate = refused_at_ten_a_second().rate
    assert rate is not None
    assert 8 <= rate <= 11


def test_calls_leave_one_gap_apart() -> None:
    rate = refused_at_ten_a_second()
    now = send(rate, 2.0, 3.0)
    assert rate.rate is not None
    assert rate.ready(now) - now == pytest.approx(1 / rate.rate, abs=0.03)


def test_refusals_of_calls_that_left_before_the_cut_change_nothing() -> None:
    rate = refused_at_ten_a_second()
    before = rate.rate
    for _ in range(30):
        rate.rejected(1.96, 1.92)
    assert rate.rate == before


def test_refusals_that_follow_cut_harder_and_never_below_the_slowest() -> None:
    rate, now = refused_at_ten_a_second(), 2.0
    last, shares = rate.rate or 0.0, []
    for _ in range(20):
        now = rate.ready(now)
        rate.leave(now)
        rate.rejected(now + 0.01, now)
        assert rate.rate is not None
        shares.append(rate.rate / last)
        last = rate.rate
    assert shares[:3] == pytest.approx(CUTS[1:])
    assert last == SLOWEST


def test_the_rate_holds_and_then_doubles() -> None:
    rate = refused_at_ten_a_second()
    now = send(rate, 2.0, 6.0)
    held = rate.rate or 0.0
    now = send(rate, now, now + HOLD_SHORT - 2)
    assert rate.rate == pytest.approx(held, rel=0.05)
    send(rate, now, now + DOUBLING + 3)
    assert rate.rate is not None
    assert rate.rate >= 1.8 * held


def test_an_idle_sender_does_not_raise_the_rate() -> None:
    rate = refused_at_ten_a_second()
    now = send(rate, 2.0, 6.0)
    held = rate.rate
    for _ in range(20):  # one call in ten seconds
        now += 10
        rate.leave(now)
        rate.accepted(now, now)
    assert rate.rate == pytest.approx(held, rel=0.05)


def test_a_long_pause_shows_the_limit() -> None:
    rate = SendRate()
    for call in range(60):
        rate.leave(call / 100)
    rate.leave(0.6)
    rate.rejected(0.61, 0.6)
    rate.pause(0.61, 60.0)
    assert rate.ready(1.0) == 60.0
    assert rate.rate == pytest.approx(1.0, rel=0.1)
