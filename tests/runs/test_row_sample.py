"""A sample that is uniform and bounded."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.runs.row_sample import RowSample


def sampled(lengths: list[int], rows: int, characters: int, seed: int = 0) -> list[int]:
    sample: RowSample[int] = RowSample(rows, characters, seed)
    for number, length in enumerate(lengths):
        sample.offer(number, length)
    assert sample.offered == len(lengths)
    return sample.taken()


@given(st.lists(st.integers(0, 99), max_size=60), st.integers(1, 70), st.integers(1, 3000))
def test_bounds_hold_and_order_stays(lengths: list[int], rows: int, characters: int) -> None:
    taken = sampled(lengths, rows, characters)
    assert taken == sorted(set(taken))
    assert len(taken) <= rows
    assert len(taken) == 1 or sum(lengths[number] for number in taken) <= characters
    assert bool(taken) == bool(lengths)
    if len(lengths) <= rows and sum(lengths) <= characters:
        assert taken == list(range(len(lengths)))


def test_every_row_is_as_likely() -> None:
    counts = Counter(number for seed in range(2000) for number in sampled([1] * 20, 5, 999, seed))
    assert all(
        counts[number] == pytest.approx(500, abs=90) for number in range(20)
    )  # 4.6 standard deviations


def test_a_larger_sample_holds_the_smaller() -> None:
    small, large = (sampled([1] * 500, rows, 9999) for rows in (50, 200))
    assert set(small) < set(large)
