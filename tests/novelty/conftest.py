"""The loop over rouge_score that every search must agree with, and texts that lie near its threshold."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from importlib.util import find_spec

import pytest
from rouge_score.rouge_scorer import _score_lcs

from tutelage.novelty import Match

SEARCHES = [
    "plain",
    *(["compiled"] if find_spec("numba") else []),
    *(["vectorised", "brute"] if find_spec("numpy") and find_spec("rapidfuzz") else []),
]


@pytest.fixture(params=SEARCHES)
def search(request: pytest.FixtureRequest) -> str:
    """The name of each search that is installed."""
    return str(request.param)


def sequential(texts: Sequence[str], threshold: float, *, strict: bool) -> list[Match | None]:
    """What rouge_score's loop decides: for each text the first kept one that condemns it."""
    kept: list[tuple[str, list[str]]] = []
    decisions: list[Match | None] = []
    for number, text in enumerate(texts):
        tokens = text.split()
        scores = ((key, _score_lcs(other, tokens).fmeasure) for key, other in kept)
        condemning = ((k, s) for k, s in scores if s > threshold or (not strict and s == threshold))
        found = next(condemning, None)
        decisions.append(Match(*found) if found else None)
        if found is None:
            kept.append((str(number), tokens))
    return decisions


@pytest.fixture
def loop() -> Callable[..., list[Match | None]]:
    """``loop(texts, threshold, strict=…)``: the decisions of the original loop."""
    return sequential


def near_copies(chance: random.Random, count: int, longest: int, vocabulary: int) -> list[str]:
    """Texts of which many are edits of earlier ones, so that many pairs lie near a threshold."""
    texts: list[list[str]] = [[]]
    while len(texts) < count:
        if chance.random() < 0.4:
            texts.append([f"w{chance.randrange(vocabulary)}" for _ in range(chance.randint(0, longest))])
        else:
            share = chance.uniform(0, 0.6)
            old = chance.choice(texts)
            new = [f"w{chance.randrange(vocabulary)}" if chance.random() < share else w for w in old]
            cut = chance.randint(0, len(new))
            texts.append(new[:cut] + new[cut + chance.randint(0, 2) :])
    return [" ".join(text) for text in texts]


@pytest.fixture
def variants() -> Callable[..., list[str]]:
    """``variants(chance, count, longest, vocabulary)``: texts many of which nearly repeat another."""
    return near_copies
