"""The compiled pieces; their decisions together are tested in test_index.py."""

from __future__ import annotations

import random

import pytest

pytest.importorskip("numba")

import numpy as np

from tutelage.novelty.kernel import TABLE, needs_table, put_all
from tutelage.novelty.rule import NeedsByLength


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_the_table_is_that_of_the_rule(threshold: float, strict: bool) -> None:
    table = needs_table(threshold, strict)
    needs = NeedsByLength(threshold, strict)
    chance = random.Random(1)
    for _ in range(400):
        m, n = chance.randrange(1, TABLE), chance.randrange(1, TABLE)
        assert table[m, n] == needs[m][n]


def test_a_larger_hashing_holds_what_the_smaller_one_held() -> None:
    old, new = np.full((8, 2), -1, np.int64), np.full((64, 2), -1, np.int64)
    old[3], old[5] = (7, 70), (9, 90)
    put_all(old, new)
    assert {tuple(pair) for pair in new.tolist() if pair[0] >= 0} == {(7, 70), (9, 90)}
