"""The compiled search; its decisions are tested with those of the others in test_index.py."""

from __future__ import annotations

import random
from array import array

import pytest

pytest.importorskip("numba")

from tutelage.novelty.compiled import CompiledSearch
from tutelage.novelty.kernel import TABLE
from tutelage.novelty.plain import PrefixSearch


def test_arrays_grow_under_many_small_batches_and_repeated_words() -> None:
    chance = random.Random(5)
    texts = [[chance.randrange(300) for _ in range(chance.randint(1, 9))] * 3 for _ in range(900)]
    compiled, plain = CompiledSearch(0.7, True), PrefixSearch(0.7, True)
    at = 0
    while at < len(texts):
        size = chance.choice([1, 2, 50])
        assert compiled.decide(texts[at : at + size]) == plain.decide(texts[at : at + size])
        at += size


def test_texts_beyond_the_table_of_needs() -> None:
    chance = random.Random(6)
    text = [chance.randrange(5000) for _ in range(TABLE + 90)]
    near = [*text[:-30], *range(9000, 9030)]
    search = CompiledSearch(0.7, True)
    search.add(array("i", text))
    hit = search.find(near)
    assert hit is not None
    assert hit.row == 0
    assert search.find(list(range(TABLE * 2))) is None


def test_no_texts_are_no_work() -> None:
    assert CompiledSearch(0.7, True).decide([]) == []
