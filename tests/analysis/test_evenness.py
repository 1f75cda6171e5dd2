"""Evenness and the unseen, against figures worked out by hand and against laws."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.analysis.evenness import gini, pielou, richness, unseen_mass

COUNTS = st.lists(st.integers(1, 50), min_size=1, max_size=30)


def test_figures_worked_out_by_hand() -> None:
    counts = [4, 2, 1, 1]
    entropy = -(0.5 * math.log(0.5) + 0.25 * math.log(0.25) + 2 * 0.125 * math.log(0.125))
    assert pielou(counts) == pytest.approx(entropy / math.log(4))
    # mean absolute difference over twice the mean: 2 * (2+3+3+1+1+0) / 16 / (2 * 2)
    assert gini(counts) == pytest.approx(20 / 16 / 4)
    assert unseen_mass(counts) == 0.25
    assert richness(counts) == pytest.approx(4 + 7 / 8 * 4 / 2)
    assert richness([5, 1, 1, 1]) == pytest.approx(4 + 7 / 8 * 3)  # none seen twice


def test_nothing_seen_gives_nothing() -> None:
    assert (pielou([]), gini([]), unseen_mass([]), richness([])) == (None, None, None, None)
    assert (pielou([7]), gini([7]), unseen_mass([7]), richness([7])) == (None, 0.0, 0.0, 1.0)


@given(COUNTS)
def test_bounds(counts: list[int]) -> None:
    even = pielou(counts)
    assert even is None or 0 < even <= 1
    assert 0 <= (gini(counts) or 0) <= 1 - 1 / len(counts) + 1e-12
    assert (richness(counts) or 0) >= len(counts)


@given(st.integers(2, 40), st.integers(1, 9))
def test_equal_counts_are_even(size: int, count: int) -> None:
    assert pielou([count] * size) == pytest.approx(1)
    assert gini([count] * size) == pytest.approx(0)


@given(COUNTS, st.randoms())
def test_order_makes_no_difference(counts: list[int], rng: random.Random) -> None:
    mixed = rng.sample(counts, len(counts))
    assert gini(mixed) == pytest.approx(gini(counts))
    assert pielou(mixed) == (None if len(counts) < 2 else pytest.approx(pielou(counts)))
    assert richness(mixed) == richness(counts)


def test_the_estimates_come_near_the_truth() -> None:
    """200 equally likely values, 300 draws: the unseen mass is known, and Chao's bound stays below 200 on
    average."""
    rng = random.Random(5)
    errors, bounds = [], []
    for _ in range(200):
        seen: dict[int, int] = {}
        for _ in range(300):
            value = rng.randrange(200)
            seen[value] = seen.get(value, 0) + 1
        errors.append((unseen_mass(list(seen.values())) or 0) - (200 - len(seen)) / 200)
        bounds.append(richness(list(seen.values())) or 0)
    assert abs(sum(errors) / len(errors)) < 0.01
    assert 185 < sum(bounds) / len(bounds) < 205
