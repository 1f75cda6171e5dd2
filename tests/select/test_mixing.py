"""FLAN's rates to three decimals, and whole numbers that keep their laws."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tutelage.errors import BadInput
from tutelage.select.mixing import Mixture, allot, largest_remainder, split_evenly

SIZES = some.lists(some.integers(1, 60), min_size=1, max_size=6)
TOTALS = some.integers(1, 150)


@pytest.mark.parametrize(
    ("settings", "rates"),
    [
        ({}, [0.966, 0.029, 0.005]),
        ({"cap": 3000}, [0.462, 0.462, 0.077]),
        ({"cap": 3000, "temperature": 2}, [0.415, 0.415, 0.170]),
        ({"temperature": 2}, [0.804, 0.139, 0.057]),
        ({"cap": 3000, "scale": 10}, [0.333, 0.333, 0.333]),
        ({"weights": (2, 1, 1)}, [0.5, 0.25, 0.25]),
    ],
)
def test_rates_are_those_of_flan(settings: dict[str, Any], rates: list[float]) -> None:
    found = Mixture(total=1, **settings).rates([100_000, 3_000, 500])
    assert [round(each, 3) for each in found] == rates


@given(some.lists(some.floats(0, 10), min_size=1, max_size=8).filter(sum), TOTALS)
def test_largest_remainder_adds_up_and_rounds_by_less_than_one(shares: list[float], total: int) -> None:
    quotas = largest_remainder(shares, total)
    assert sum(quotas) == total
    for share, quota in zip(shares, quotas, strict=True):
        assert abs(quota - share / sum(shares) * total) < 1 + 1e-9


def test_largest_remainder_by_hand() -> None:
    assert largest_remainder([0.41, 0.34, 0.25], 10) == [4, 3, 3]
    assert largest_remainder([1, 1, 1], 4) == [2, 1, 1]
    assert largest_remainder([0, 0], 4) == [0, 0]


@given(SIZES, TOTALS, some.sampled_from([1.0, 2.0, 5.0]))
def test_redistribution_fills_the_total_while_there_are_rows(
    sizes: list[int], total: int, temperature: float
) -> None:
    quotas = allot(sizes, Mixture(total, temperature=temperature))
    assert sum(quotas.requested) == total
    assert sum(quotas.obtained) == min(total, sum(sizes))
    assert all(got <= size for got, size in zip(quotas.obtained, sizes, strict=True))
    if all(want <= size for want, size in zip(quotas.requested, sizes, strict=True)):
        assert quotas.obtained == quotas.requested


@given(SIZES, TOTALS, some.lists(some.integers(1, 9), min_size=6, max_size=6))
def test_stopping_keeps_the_rates_and_could_not_have_gone_on(
    sizes: list[int], total: int, weights: list[int]
) -> None:
    mixture = Mixture(total, weights=tuple(weights[: len(sizes)]), when_exhausted="stop")
    got = allot(sizes, mixture).obtained
    rates = mixture.rates(sizes)
    assert list(got) == largest_remainder(rates, sum(got))
    assert all(each <= size for each, size in zip(got, sizes, strict=True))
    if sum(got) < total:
        following = largest_remainder(rates, sum(got) + 1)
        assert any(each > size for each, size in zip(following, sizes, strict=True))


def test_repeating_gives_what_was_asked_for() -> None:
    mixture = Mixture(10, weights=(1, 1), when_exhausted="repeat")
    assert allot([2, 100], mixture).obtained == (5, 5)
    assert allot([2, 100], Mixture(10, weights=(1, 1))).obtained == (2, 8)
    assert allot([2, 100], Mixture(10, weights=(1, 1), when_exhausted="stop")).obtained == (2, 2)
    assert allot([2, 5], Mixture(10, weights=(0, 1))).obtained == (
        0,
        5,
    )  # a source of weight 0 never helps out


@given(some.lists(some.integers(0, 20), max_size=7), some.integers(0, 100))
def test_an_even_split_is_water_filling(sizes: list[int], total: int) -> None:
    quotas = split_evenly(sizes, total)
    assert sum(quotas) == min(total, sum(sizes))
    most = max(quotas, default=0)
    assert all(min(size, most - 1) <= quota <= size for quota, size in zip(quotas, sizes, strict=True))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"total": 0}, "total must be 1 or more"),
        ({"cap": 0}, "cap must be 1 or more"),
        ({"temperature": 0}, "temperature must be above 0"),
        ({"temperature": float("nan")}, "temperature must be above 0"),
        ({"scale": float("inf")}, "scale must be above 0"),
        ({"weights": (1, -1)}, "weights must be 0 or more"),
        ({"weights": (0, 0)}, "weights must be 0 or more"),
        ({"weights": (1,), "cap": 5}, "weights take the place of sizes"),
        ({"weights": (1,)}, "1 weights for 3 sources"),
    ],
)
def test_what_cannot_be_mixed_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Mixture(**{"total": 5, **settings}).rates([3, 4, 5])


def test_extreme_settings_stay_numbers() -> None:
    for settings in ({"temperature": 1e-12}, {"temperature": 1e12}, {"scale": 1e12}, {"scale": 1e-12}):
        assert sum(Mixture(total=9, **settings).rates([1, 10, 10**9])) == pytest.approx(1)
    assert sum(allot([1, 10**9], Mixture(5, temperature=1e-3, when_exhausted="stop")).obtained) == 5
