"""The search by joins; its decisions are tested with those of the others in test_index.py."""

from __future__ import annotations

import random

import pytest

pytest.importorskip("rapidfuzz")

from tutelage.novelty import vectorised
from tutelage.novelty.plain import PrefixSearch
from tutelage.novelty.vectorised import VectorSearch


def texts_of(words: int, count: int = 300) -> list[list[int]]:
    chance = random.Random(words)
    return [[chance.randrange(words) for _ in range(chance.randint(1, 12))] for _ in range(count)]


@pytest.mark.parametrize("words", [4, 40, 4000])
def test_few_words_are_scored_pair_by_pair_and_decide_alike(words: int) -> None:
    texts = texts_of(words)
    assert VectorSearch(0.6, True).decide(texts) == PrefixSearch(0.6, True).decide(texts)


def test_portions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = texts_of(60)
    wanted = PrefixSearch(0.5, False).decide(texts)
    monkeypatch.setattr(vectorised, "_AT_ONCE", 50)
    assert VectorSearch(0.5, False).decide(texts) == wanted


def test_no_texts_are_no_work() -> None:
    assert VectorSearch(0.7, True).decide([]) == []
