"""Forecasts cover what a run then takes."""

from __future__ import annotations

import random

import pytest

from tutelage.runs.forecast import Sight, forecast


def world(rng: random.Random) -> bool:
    """One scripted world: preview ten items, forecast, run to the target, compare every figure."""
    rate, spread, turns = rng.uniform(0.3, 0.98), rng.uniform(0.1, 0.9), rng.choice([1, 3, 4])
    target = rng.choice([50, 200])

    def item() -> Sight:
        calls = turns + (rng.random() < 0.2)
        tokens = sum(int(rng.lognormvariate(6, spread)) for _ in range(calls))
        return Sight(calls, tokens, tokens * 1e-6, int(rng.random() < rate))

    run = [item() for _ in range(10)]
    told = forecast(run, target=target)
    assert told is not None
    while sum(sight.accepted for sight in run) < target:
        run.append(item())
    return (
        told.calls.covers(sum(sight.calls for sight in run))
        and told.tokens.covers(sum(sight.tokens for sight in run))
        and told.cost.covers(sum(sight.cost for sight in run))
        and told.accepted_share.covers(target / len(run))
    )


def test_at_least_seventeen_of_twenty_worlds_are_covered():
    rng = random.Random(2024)
    assert sum(world(rng) for _ in range(20)) >= 17


def test_intervals_are_not_so_wide_that_they_say_nothing():
    sights = [Sight(1, 100 + step, 0.01, int(step % 4 > 0)) for step in range(20)]
    told = forecast(sights, target=100)
    assert told is not None
    assert told.calls.high / told.calls.low < 2.5
    assert told.accepted_share.low > 0.4


def test_what_preparation_took_is_in_every_total():
    sights = [Sight(1, 100, 0.0, 1)] * 10
    plain = forecast(sights, target=10)
    fixed = forecast(sights, target=10, fixed=Sight(50, 5000, 2.0, 0))
    assert plain is not None
    assert fixed is not None
    assert fixed.calls.middle == pytest.approx(plain.calls.middle + 50)
    assert fixed.cost.low >= 2.0


def test_nothing_seen_nothing_told():
    assert forecast([], target=10) is None


def test_a_preview_without_success_says_that_it_will_be_long():
    told = forecast([Sight(1, 100, 0.01, 0)] * 10, target=100)
    assert told is not None
    assert told.items.low > 300
