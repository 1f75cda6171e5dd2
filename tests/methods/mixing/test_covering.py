"""The laws of the covering design: every pair before any twice, lap by lap, evenly, and never moved."""

from __future__ import annotations

import time
from collections import Counter
from itertools import combinations as subsets
from itertools import islice
from math import ceil, comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.methods.mixing.covering import Block, covering

SHAPES = st.integers(2, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(2, min(n, 5))))


def spread(uses: Counter[int], units: int) -> int:
    return max(uses[each] for each in range(units)) - min(uses[each] for each in range(units))


@given(st.integers(2, 21), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_pairs_come_once_before_any_comes_twice_and_units_stay_even(units: int, seed: int) -> None:
    lap = comb(units, 2)
    met: Counter[Block] = Counter()
    uses: Counter[int] = Counter()
    for number, block in enumerate(islice(covering(units, 2, seed), 3 * lap)):
        met[block] += 1
        uses.update(block)
        assert met[block] == number // lap + 1
        assert spread(uses, units) <= 1
    assert len(met) == lap


@given(SHAPES, st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_larger_blocks_meet_every_pair_before_the_next_lap_and_none_is_idle(
    shape: tuple[int, int], seed: int
) -> None:
    units, k = shape
    pairs = list(subsets(range(units), 2))
    met: Counter[tuple[int, int]] = Counter()
    for block in islice(covering(units, k, seed), 40):
        assert len(set(block)) == k
        assert tuple(sorted(block)) == block
        fewest = min(met[pair] for pair in pairs)
        assert any(met[pair] == fewest for pair in subsets(block, 2)), "a block that the lap did not need"
        met.update(subsets(block, 2))


@given(SHAPES, st.integers(0, 3), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_an_order_cut_anywhere_goes_on_as_if_it_never_had_been(
    shape: tuple[int, int], seed: int, cut: int, more: int
) -> None:
    units, k = shape
    whole = list(islice(covering(units, k, seed), cut + more))
    assert list(islice(covering(units, k, seed, whole[:cut]), more)) == whole[cut:]


@given(st.integers(3, 9), st.integers(1, 3), st.data())
@settings(max_examples=40, deadline=None)
def test_after_units_were_added_what_was_met_least_comes_first(
    units: int, added: int, data: st.DataObject
) -> None:
    planned = list(islice(covering(units, 2, 1), data.draw(st.integers(1, comb(units, 2)))))
    now = units + added
    lacking = comb(now, 2) - len(planned)
    further = list(islice(covering(now, 2, 1, planned), lacking + 5))
    assert len({*planned, *further[:lacking]}) == comb(now, 2)
    cut = data.draw(st.integers(0, lacking))
    assert list(islice(covering(now, 2, 1, planned + further[:cut]), 5)) == further[cut : cut + 5]


@pytest.mark.parametrize("k", [3, 4, 5])
def test_sixty_units_take_little_time_and_few_blocks(k: int) -> None:
    began = time.process_time()
    met: set[tuple[int, int]] = set()
    blocks = 0
    for block in covering(60, k, 42):
        blocks += 1
        met.update(subsets(block, 2))
        if len(met) == comb(60, 2):
            break
    assert time.process_time() - began < 5
    assert blocks < 1.2 * ceil(60 / k * ceil(59 / (k - 1)))  # the bound of Schönheim


def test_another_seed_is_another_order() -> None:
    assert list(islice(covering(9, 3, 1), 9)) != list(islice(covering(9, 3, 2), 9))
    assert list(islice(covering(9, 2, 1), 9)) != list(islice(covering(9, 2, 2), 9))


@pytest.mark.parametrize(("units", "k"), [(3, 1), (2, 3), (0, 2)])
def test_what_is_no_block_is_refused(units: int, k: int) -> None:
    with pytest.raises(ValueError, match="blocks of"):
        next(covering(units, k, 1))
