"""When two texts are too similar: the arithmetic of ``rouge_score``, and what it asks of an LCS."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)


class Hit(NamedTuple):
    """A too similar text by its number in order of adding, and the ROUGE-L F1."""

    row: int
    score: float


def places_of(tokens: Iterable[T]) -> dict[T, int]:
    """Each token with the bit mask of its positions, for :func:`lcs`."""
    places: dict[T, int] = {}
    for place, token in enumerate(tokens):
        places[token] = places.get(token, 0) | 1 << place
    return places


def lcs(places: Mapping[T, int], m: int, other: Iterable[T]) -> int:
    """Length of the longest common subsequence of ``m`` tokens with ``places`` and ``other``.

    A row of the table is one integer of ``m`` bits, in which a zero marks a step up (Hyyrö 2004).
    """
    full = (1 << m) - 1
    row = full
    for token in other:
        mask = places.get(token)
        if mask:
            steps = row & mask
            row = ((row + steps) | (row - steps)) & full
    return m - row.bit_count()


def common(first: Sequence[T], second: Iterable[T]) -> int:
    """Length of the longest common subsequence of two texts of tokens."""
    return lcs(places_of(first), len(first), second)


def rouge_l(lcs: int, m: int, n: int) -> float:
    """ROUGE-L F1 from the LCS and the two lengths, by the operations of ``rouge_score`` in their order."""
    if not lcs:
        return 0.0
    precision, recall = lcs / m, lcs / n
    return 2 * precision * recall / (precision + recall)


class Needs(dict[int, int]):
    """For texts of ``m`` tokens: length ``n`` of the other → least LCS that is too similar.

    A length that can never be too similar needs more than there is. Entries are made when first asked for.
    """

    def __init__(self, m: int, threshold: float, strict: bool) -> None:
        super().__init__()
        self._m, self._threshold, self._strict = m, threshold, strict
        shortest = max(1, int(m * threshold / (2 - threshold)) - 1)
        while shortest < m and self[shortest] > shortest:
            shortest += 1
        # Whoever is similar enough shares an element with the first `prefix` of these m, rarest first; 0
        # where nothing can be (a strict threshold of 1).
        self.prefix = max(0, m - self[shortest] + 1)

    def __missing__(self, n: int) -> int:
        shorter = min(self._m, n)
        lcs = max(1, int(self._threshold * (self._m + n) / 2) - 1)
        while lcs <= shorter and not self._too_similar(rouge_l(lcs, self._m, n)):
            lcs += 1
        self[n] = need = lcs if lcs <= shorter else self._m + n
        return need

    def _too_similar(self, score: float) -> bool:
        return score > self._threshold or (not self._strict and score == self._threshold)


class NeedsByLength(dict[int, Needs]):
    """Length ``m`` → the needs of texts of ``m`` tokens, made when first asked for."""

    def __init__(self, threshold: float, strict: bool) -> None:
        super().__init__()
        self._threshold, self._strict = threshold, strict

    def __missing__(self, m: int) -> Needs:
        self[m] = needs = Needs(m, self._threshold, self._strict)
        return needs
