"""Summaries agree with numpy's, histograms count every value once."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.analysis.figures import Summary, histogram, summary
from tutelage.errors import BadInput

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(NUMBERS, min_size=1, max_size=60))
def test_a_summary_is_numpys(values: list[float]) -> None:
    found = summary(values)
    wanted = (np.mean(values), np.std(values), min(values), *np.percentile(values, [5, 50, 95]), max(values))
    ours = (found.mean, found.std, found.min, found.p5, found.median, found.p95, found.max)
    assert found.n == len(values)
    assert ours == pytest.approx(wanted, rel=1e-9, abs=1e-6)


@given(st.lists(NUMBERS, max_size=40), st.randoms())
def test_the_order_of_values_changes_nothing(values: list[float], chance: random.Random) -> None:
    shuffled = list(values)
    chance.shuffle(shuffled)
    assert summary(values) == summary(shuffled)
    assert histogram(values, 7) == histogram(shuffled, 7)


def test_no_value_has_no_figure_rather_than_zero() -> None:
    assert summary([]) == Summary(0, None, None, None, None, None, None, None)
    assert histogram([], 5).counts == ()
    assert histogram([], [0, 1]).counts == (0,)


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.integers(1, 30))
def test_every_value_is_counted_once(values: list[float], bins: int) -> None:
    found = histogram(values, bins)
    assert sum(found.counts) == found.n == len(values)
    assert found.below == found.above == 0
    assert len(found.edges) == len(found.counts) + 1
    assert list(found.edges) == sorted(set(found.edges))


def test_values_outside_given_edges_are_told() -> None:
    found = histogram([-1, 0, 0.5, 1, 2, 2.1], [0, 1, 2])
    assert (found.counts, found.below, found.above, found.n) == ((2, 2), 1, 1, 6)
    assert found.as_dict() == {"edges": [0.0, 1.0, 2.0], "counts": [2, 2], "below": 1, "above": 1}


def test_neighbouring_floats_and_one_huge_value_have_bins() -> None:
    assert histogram([1.0, math.nextafter(1.0, 2)], 20).n == 2
    assert histogram([1e300], 3).counts == (1,)


@pytest.mark.parametrize("bins", [0, -1, [1, 1], [2, 1], [1]])
def test_bins_that_are_none_are_refused(bins: int | list[float]) -> None:
    with pytest.raises(BadInput, match="bins"):
        histogram([1, 2], bins)
