"""The pace against simulated servers, in virtual time, and the waiting part in a real event loop."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pace_worlds import (
    Door,
    Guarded,
    Limit,
    Server,
    Shared,
    Slots,
    Speed,
    batching,
    bucket,
    drive,
    sliding,
    thrashing,
    windows,
)
from tutelage.runs.pace import Gate, Outcome, Pace, PaceSettings

AUTO = PaceSettings()


def steady(limit: float) -> Limit:
    return lambda now: limit


DOORS: dict[str, Callable[[Limit, float], Door]] = {
    "bucket of 1": lambda limit, first: bucket(limit, max(1, first / 20)),
    "bucket of a second": lambda limit, first: bucket(limit, first),
    "sliding second": lambda limit, first: sliding(limit),
    "fixed seconds": lambda limit, first: windows(limit),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("latency", [0.05, 0.5, 2.0])
@pytest.mark.parametrize("retry_after", [None, 1.0])
def test_ten_a_second_is_met(door: str, latency: float, retry_after: float | None) -> None:
    server = Guarded(DOORS[door](steady(10), 10), latency, retry_after)
    course = drive(AUTO, server, seconds=120)
    assert course.refused(20, 120) <= 0.02
    assert course.goodput(20, 120) >= (0.95 if retry_after is None else 0.9) * 10


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("limit", [2, 100, 1000])
def test_other_rates_are_met(door: str, limit: int) -> None:
    course = drive(AUTO, Guarded(DOORS[door](steady(limit), limit), 0.1), seconds=60 if limit > 100 else 120)
    end = course.events[-1][0]
    assert course.refused(20, end) <= 0.05
    assert course.goodput(20, end) >= 0.9 * limit


@pytest.mark.parametrize("door", [windows, sliding])
def test_a_limit_per_minute_is_met(door: Callable[[Limit, float], Door]) -> None:
    course = drive(AUTO, Guarded(door(steady(1), 60.0), 0.5), seconds=642)
    assert course.refused(162, 642) <= 0.07
    assert course.goodput(162, 642) >= 0.9


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("retry_after", [None, 1.0])
@pytest.mark.parametrize(("before", "after"), [(10, 20), (20, 10)])
def test_a_limit_that_moves_is_found_again(
    door: str, retry_after: float | None, before: int, after: int
) -> None:
    moved = 60.0
    server = Guarded(DOORS[door](lambda now: before if now < moved else after, before), 0.2, retry_after)
    course = drive(AUTO, server, seconds=180)
    settled = moved + 35
    assert course.refused(settled, 180) <= 0.03
    assert course.goodput(settled, 180) >= 0.9 * after
    assert course.refused(moved, settled) <= 0.15


def best(server: Callable[[], Server], fixed: int, calls: int, sigma: float, seed: int) -> float:
    """The share of the best fixed setting's goodput that is reached without one, over the whole run."""
    alone = drive(PaceSettings(concurrency=fixed), server(), calls=calls, sigma=sigma, seed=seed)
    found = drive(AUTO, server(), calls=calls, sigma=sigma, seed=seed)
    return alone.events[-1][0] / found.events[-1][0]


@pytest.mark.parametrize("sigma", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("slots", "calls"), [(1, 300), (4, 300), (16, 500), (32, 1000), (64, 3000)])
def test_slots_are_filled_without_a_setting(slots: int, calls: int, sigma: float) -> None:
    shares = [best(lambda: Slots(lambda now: slots), slots, calls, sigma, seed) for seed in range(5)]
    assert statistics.mean(shares) >= 0.9


@pytest.mark.parametrize(
    ("speed", "fixed", "calls", "floor"),
    [
        (batching(100), 256, 3000, 0.9),
        (batching(20), 256, 3000, 0.75),
        (thrashing(lambda now: 8, 0.1), 8, 3000, 0.87),
        (thrashing(lambda now: 32, 0.1), 32, 3000, 0.75),
        (thrashing(lambda now: 32, 0.03), 32, 3000, 0.8),
    ],
)
@pytest.mark.parametrize("sigma", [0.0, 0.5])
def test_shared_servers(speed: Speed, fixed: int, calls: int, floor: float, sigma: float) -> None:
    shares = [best(lambda: Shared(speed), fixed, calls, sigma, seed) for seed in range(3)]
    assert statistics.mean(shares) >= floor


def test_without_any_limit_the_most_is_reached_within_five_round_trips() -> None:
    course = drive(AUTO, Slots(lambda now: 10**6), calls=3000)
    assert course.most_in_flight == 256
    assert course.goodput(5, 6) >= 0.9 * 256


def test_a_full_server_is_not_asked_for_ever_more() -> None:
    courses = [drive(AUTO, Slots(lambda now: 8), calls=2000, sigma=0.5, seed=seed) for seed in range(5)]
    assert statistics.median(course.most_in_flight for course in courses) <= 64
    assert max(course.most_in_flight for course in courses) <= 128


@pytest.mark.parametrize(("before", "after"), [(16, 32), (32, 16)])
def test_slots_that_change_are_noticed(before: int, after: int) -> None:
    course = drive(AUTO, Slots(lambda now: before if now < 60 else after), seconds=180, sigma=0.5)
    assert course.goodput(120, 180) >= 0.9 * after


def test_a_knee_that_halves_is_noticed() -> None:
    course = drive(AUTO, Shared(thrashing(lambda now: 32 if now < 60 else 16, 0.1)), seconds=240, sigma=0.3)
    assert course.goodput(120, 240) >= 0.8 * 16


@pytest.mark.parametrize("retry_after", [None, 0.5])
def test_overload_cuts_what_is_under_way(retry_after: float | None) -> None:
    server = Guarded(lambda now: True, 0.5, retry_after, "overloaded", places=20)
    course = drive(AUTO, server, seconds=120)
    assert course.refused(20, 120) <= 0.02
    assert course.goodput(20, 120) >= 0.85 * 40


def test_a_broken_call_now_and_then_cuts_nothing_and_many_do() -> None:
    for share, cuts in ((0.1, False), (0.9, True)):
        rng, gate = random.Random(1), Gate(AUTO)
        for second in range(100):
            ticket = gate.leave(second, 0)
            gate.done(ticket, second + 0.5, "failed" if rng.random() < share else "ok", 0)
        assert (gate.concurrency.limit < 8) == cuts


def test_a_burst_of_refusals_counts_once() -> None:
    gate = Gate(AUTO)
    tickets = [gate.leave(0.0, 0) for _ in range(8)]
    rates = []
    for ticket in tickets:
        gate.done(ticket, 0.1, "rate", 0)
        rates.append(gate.rate.rate)
    assert rates[0] is not None
    assert len(set(rates)) == 1


@pytest.mark.parametrize("outcome", ["rate", "overloaded"])
def test_nothing_leaves_before_retry_after(outcome: Outcome) -> None:
    gate = Gate(AUTO)
    gate.done(gate.leave(0.0, 0), 0.1, outcome, 0, 7.0)
    assert gate.ready(0.2, 0) >= 7.1


def test_slots_of_the_teacher_and_a_fixed_setting_bound_each_other() -> None:
    assert Gate(AUTO, slots=3).concurrency.limit == 3
    assert Gate(PaceSettings(concurrency=2), slots=3).concurrency.limit == 2
    assert Gate(PaceSettings(concurrency=9), slots=3).concurrency.limit == 3
    assert Gate(PaceSettings(max_concurrency=4)).concurrency.limit == 4


@pytest.mark.parametrize(("concurrency", "latency"), [(64, 0.05), (256, 0.5)])
def test_fixed_places_are_used_again_at_once(concurrency: int, latency: float) -> None:
    server = Slots(lambda now: 10**6, latency)
    course = drive(PaceSettings(concurrency=concurrency), server, calls=40 * concurrency)
    assert course.most_in_flight == concurrency
    assert course.goodput(latency, 39 * latency) >= 0.95 * concurrency / latency


@settings(max_examples=20, deadline=None)
@given(
    calls=st.one_of(st.none(), st.integers(1, 3000)),
    tokens=st.one_of(st.none(), st.integers(1000, 100_000)),
    seed=st.integers(0, 99),
)
def test_no_minute_exceeds_what_the_recipe_allows(calls: int | None, tokens: int | None, seed: int) -> None:
    limits = PaceSettings(requests_per_minute=calls, tokens_per_minute=tokens)
    sizes: list[float] = []

    def size(rng: random.Random) -> tuple[float, float]:
        sizes.append(rng.randint(1, 900))
        return sizes[-1], sizes[-1]

    if calls is None and tokens is None:
        return
    course = drive(limits, Slots(lambda now: 10**6, 0.3), calls=400, seconds=200, tokens=size, seed=seed)
    first, used = 0, 0.0
    for last, now in enumerate(course.left):
        used += sizes[last]
        while course.left[first] <= now - 60:
            used -= sizes[first]
            first += 1
        assert calls is None or last - first + 1 <= calls
        assert tokens is None or used <= tokens


def test_an_allowance_is_used_up_and_spread() -> None:
    course = drive(PaceSettings(requests_per_minute=600), Slots(lambda now: 10**6, 0.3), seconds=180)
    assert course.goodput(1, 180) >= 0.97 * 10
    assert max(Counter(int(now) for now in course.left).values()) <= 21


async def test_turns_come_in_order_of_arrival() -> None:
    pace, order = Pace(PaceSettings(concurrency=3)), []

    async def call(number: int) -> None:
        permit = await pace.enter(1)
        order.append(number)
        await asyncio.sleep(0.001 * (number % 3))
        permit.done("ok", 1)

    await asyncio.gather(*(call(number) for number in range(50)))
    assert order == list(range(50))
    assert pace.in_flight == 0


async def test_a_permit_is_given_back_once() -> None:
    permit = await Pace(AUTO).enter(1)
    permit.done("ok", 1)
    with pytest.raises(RuntimeError, match="twice"):
        permit.done("ok", 1)


async def test_the_first_in_the_queue_wakes_by_itself() -> None:
    pace = Pace(PaceSettings(requests_per_minute=3000))
    loop = asyncio.get_running_loop()
    start = loop.time()
    for _ in range(60):
        (await pace.enter(1)).done("ok", 1)
    assert 0.15 <= loop.time() - start <= 5  # 50 at once, 10 at 50 a second


async def test_whoever_gives_up_lets_the_next_one_pass() -> None:
    pace = Pace(PaceSettings(tokens_per_minute=600, concurrency=8))
    (await pace.enter(500)).done("ok", 500)
    large = asyncio.ensure_future(pace.enter(400))
    small = asyncio.ensure_future(pace.enter(1))
    await asyncio.sleep(0)
    large.cancel()
    await asyncio.gather(large, return_exceptions=True)
    assert not small.done()
    small.cancel()
    await asyncio.gather(small, return_exceptions=True)
    assert pace.in_flight == 0


@settings(max_examples=25, deadline=None)
@given(limit=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_permits_never_exceed_the_limit_nor_leak(limit: int, seed: int) -> None:
    rng = random.Random(seed)
    outcomes: list[Outcome] = ["ok", "failed", "cancelled"]

    async def run() -> None:
        pace, out = Pace(PaceSettings(concurrency=limit)), 0

        async def call() -> None:
            nonlocal out
            permit = await pace.enter(1)
            out += 1
            assert out <= limit
            try:
                for _ in range(rng.randrange(4)):
                    await asyncio.sleep(0)
            finally:
                out -= 1
                permit.done(rng.choice(outcomes), 1)

        tasks = [asyncio.ensure_future(call()) for _ in range(40)]
        for _ in range(20):
            await asyncio.sleep(0)
            rng.choice(tasks).cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert result is None or isinstance(result, asyncio.CancelledError)
        assert pace.in_flight == 0
        free = [await asyncio.wait_for(pace.enter(1), 1) for _ in range(limit)]
        assert pace.in_flight == len(free) == limit

    asyncio.run(run())


def test_wanted_follows_the_limit_and_the_rate() -> None:
    gate = Gate(PaceSettings(concurrency=64))
    assert gate.wanted == 128
    gate = Gate(PaceSettings(concurrency=64, requests_per_minute=60))
    gate.done(gate.leave(0.0, 0), 2.0, "ok", 0)
    assert gate.wanted == 8
