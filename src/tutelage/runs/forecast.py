"""What a run will take, told from a few of its items, with intervals.

The figures are drawn from what the preview leaves open. The share of accepted examples follows a Beta
distribution (Jeffreys' prior); the number of items until N are accepted follows from it, as a negative
binomial; the mean cost of an item follows Student's t around the preview's mean. Intervals cover 95 %.
A share that falls as the pool fills (near-duplicates) cannot be seen in a few items: forecasts are of the
run as it begins.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from tutelage.draw import draw

DRAWS = 1_000
LEAST_SPREAD = 0.10  # of the mean: a preview of near-equal items must not claim certainty


@dataclass(frozen=True, slots=True)
class Sight:
    """One previewed item: its answered calls, their tokens and cost, and how many examples were accepted."""

    calls: int
    tokens: int
    cost: float
    accepted: int


@dataclass(frozen=True, slots=True)
class Range:
    """A 95 % interval around a middle (the median)."""

    low: float
    middle: float
    high: float

    def covers(self, value: float) -> bool:
        """Whether ``value`` lies inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the whole run will take, preparation and previewed items included; ``seconds`` at the preview's
    own pace per call in flight, and ``accepted_share`` in accepted examples per item decided."""

    target: int
    items: Range
    calls: Range
    tokens: Range
    cost: Range
    seconds: Range
    accepted_share: Range


def forecast(
    sights: Sequence[Sight],
    *,
    target: int,
    fixed: Sight = Sight(0, 0, 0.0, 0),
    seconds_per_call: float = 0.0,
    lanes: int = 1,
) -> Forecast | None:
    """Forecast a run that ends when ``target`` examples are accepted.

    ``fixed`` is what preparation took and will not be paid again; ``seconds_per_call`` the mean time of a
    call and ``lanes`` how many run at once. ``None`` when there is nothing to tell from.
    """
    if not sights:
        return None
    rng = draw(0, f"forecast/{len(sights)}/{target}")
    each = [_Draw.one(rng, sights, target) for _ in range(DRAWS)]

    def over(total: Callable[[_Draw], float]) -> Range:
        return _range([total(one) for one in each])

    calls = over(lambda one: fixed.calls + one.items * one.calls)
    return Forecast(
        target=target,
        items=over(lambda one: one.items),
        calls=calls,
        tokens=over(lambda one: fixed.tokens + one.items * one.tokens),
        cost=over(lambda one: fixed.cost + one.items * one.cost),
        seconds=_scaled(calls, seconds_per_call / max(lanes, 1)),
        accepted_share=over(lambda one: one.share),
    )


@dataclass(frozen=True, slots=True)
class _Draw:
    """One possible run."""

    items: float
    calls: float
    tokens: float
    cost: float
    share: float

    @classmethod
    def one(cls, rng: random.Random, sights: Sequence[Sight], target: int) -> _Draw:
        successes = sum(sight.accepted > 0 for sight in sights)
        rate = rng.betavariate(successes + 0.5, len(sights) - successes + 0.5)
        per_success = max(1.0, sum(s.accepted for s in sights) / max(successes, 1))
        items = _items_until(rng, target / per_success, max(rate, 0.002))
        return cls(
            items=items,
            calls=_mean(rng, [sight.calls for sight in sights], items),
            tokens=_mean(rng, [sight.tokens for sight in sights], items),
            cost=_mean(rng, [sight.cost for sight in sights], items),
            # What the run will show is itself a draw around the true rate.
            share=min(per_success, target / items),
        )


def _items_until(rng: random.Random, successes: float, rate: float) -> float:
    """Items decided until ``successes``: a gamma mixture of Poisson failures is a negative binomial."""
    failures_mean = rng.gammavariate(successes, (1 - rate) / rate) if rate < 1 else 0.0
    failures = max(0.0, rng.gauss(failures_mean, sqrt(failures_mean)))
    # Work under way when the last example is accepted is paid too; the flow keeps it near the need.
    return successes + failures + rng.uniform(0, 1 + sqrt(successes))


def _mean(rng: random.Random, values: Sequence[float], items: float) -> float:
    """A draw of the run's mean per item: what the preview's mean leaves open, and the run's own chance."""
    middle = fmean(values)
    if len(values) < 2:
        return middle * rng.lognormvariate(0, 0.5)
    spread = max(stdev(values), LEAST_SPREAD * middle)
    open_t = rng.gauss(0, 1) / sqrt(rng.gammavariate((len(values) - 1) / 2, 2) / (len(values) - 1))
    drawn = middle + spread * (open_t / sqrt(len(values)) + rng.gauss(0, 1) / sqrt(items))
    return max(drawn, 0.2 * middle)


def _range(values: list[float]) -> Range:
    values.sort()
    last = len(values) - 1
    low, middle, high = (values[round(last * share)] for share in (0.025, 0.5, 0.975))
    return Range(low, middle, high)


def _scaled(given: Range, factor: float) -> Range:
    return Range(given.low * factor, given.middle * factor, given.high * factor)
