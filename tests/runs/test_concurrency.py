"""The limit on calls under way, step by step; against servers it is tried in ``test_pace.py``."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.runs.concurrency import START, Concurrency


def fill(concurrency: Concurrency, now: float) -> int:
    """Let as many leave as may."""
    count = 0
    while concurrency.free:
        concurrency.leave(now)
        count += 1
    return count


def test_the_start_multiplies_while_calls_take_no_longer() -> None:
    concurrency, limits = Concurrency(256), []
    for second in range(4):
        under_way = fill(concurrency, second)
        for call in range(under_way):
            concurrency.answered(second + 0.99 + 0.01 * call / under_way)
        limits.append(concurrency.limit)
    assert limits[0] >= 2 * START
    assert limits[-1] == 256


def test_demand_below_the_limit_does_not_raise_it() -> None:
    concurrency = Concurrency(256)
    for second in range(100):
        for _ in range(3):
            concurrency.leave(second)
        for _ in range(3):
            concurrency.answered(second + 0.5)
    assert concurrency.limit == START


def test_a_burst_of_overloads_cuts_once() -> None:
    concurrency = Concurrency(256)
    fill(concurrency, 0.0)
    cuts = [concurrency.overloaded(1.0 + call / 100, 0.0) for call in range(START)]
    assert cuts == [True] + [False] * (START - 1)
    assert concurrency.limit == 6
    assert concurrency.in_flight == 0


def test_an_overload_in_the_second_burst_cuts_again_down_to_one() -> None:
    concurrency = Concurrency(256)
    for second in range(12):
        for _ in range(fill(concurrency, second)):
            concurrency.overloaded(second + 0.5, second)
    assert concurrency.limit == 1


def test_a_fixed_limit_stays() -> None:
    concurrency = Concurrency(256, fixed=5)
    for second in range(50):
        for call in range(fill(concurrency, second)):
            if second % 3:
                concurrency.answered(second + 0.5)
            else:
                assert concurrency.overloaded(second + 0.5, second) == (call == 0)
    assert concurrency.limit == 5


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("laofc"), st.floats(0, 3)), max_size=400), st.integers(1, 40))
def test_the_limit_stays_in_its_bounds_whatever_happens(events: list[tuple[str, float]], most: int) -> None:
    concurrency, now, left = Concurrency(most), 0.0, []
    for event, wait in events:
        now += wait
        if event == "l":
            while concurrency.free:
                concurrency.leave(now)
                left.append(now)
        elif left:
            when = left.pop(0)
            if event == "a":
                concurrency.answered(now)
            elif event == "o":
                concurrency.overloaded(now, when)
            elif event == "f":
                concurrency.failed(now, when)
            else:
                concurrency.cancelled(now)
        assert 1 <= concurrency.limit <= most
        assert concurrency.in_flight == len(left)
