"""Greedy k-center: each next row is the one farthest from all that were chosen.

Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985; for active learning: Sener and
Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set Approach", ICLR 2018
(arXiv:1708.00489). The largest distance between a row left out and the nearest chosen one is at most twice
the best possible (the distance being that of unit vectors, which goes with their cosine).

Work is rows × budget; it is meant for pools up to about 10,000 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from tutelage.records import Example
from tutelage.select.selector import BEYOND, Choice, Selection, Selector, by_rank
from tutelage.select.vectors import Vector, index, unit, vectors_of

_TAKEN = 2.0  # above every cosine: a chosen row is nobody's farthest


class KCenter(Selector):
    """The most varied rows; it looks at no quality, so outliers come early: filter before."""

    kind: ClassVar[str] = "kcenter"
    paper: ClassVar[str] = "https://arxiv.org/abs/1708.00489"

    embedding_field: str = Field(default="", description="column of embeddings; none: TF-IDF of the words")

    @property
    def columns(self) -> tuple[str, ...]:
        """See :class:`Selector`."""
        return (self.embedding_field,) if self.embedding_field else ()

    def select(self, pool: Sequence[Example], budget: int, seed: int) -> Selection:
        """The row nearest to the mean, then always the farthest; ties go by lot.

        The score is 1 − cosine to the nearest row that was chosen before (0 for the first); of a row left
        out, to the nearest of all, which is its witness. Rows without an embedding are left out.

        Raises:
            BadInput: a field that no row has, or that holds no embeddings.
        """
        drawn = by_rank(pool, seed)
        paired = list(zip(drawn, vectors_of(drawn, self.embedding_field), strict=True))
        without = [Choice(each.id, "no_embedding") for each, vector in paired if vector is None]
        rows = [each for each, vector in paired if vector is not None]
        centred = _centres([vector for _, vector in paired if vector is not None], budget)
        chosen = [Choice(rows[number].id, "farthest", score) for number, score in centred.chosen]
        left_out = [
            Choice(each.id, BEYOND, 1 - centred.nearest[number], rows[centred.witness[number]].id)
            for number, each in enumerate(rows)
            if centred.nearest[number] < _TAKEN and chosen
        ] or [Choice(each.id, BEYOND) for each in rows if not chosen]
        return Selection(tuple(chosen), (*left_out, *without))


class _Centres:
    """Numbers of chosen rows with their scores; for every row its highest cosine with them, and whose."""

    def __init__(self, rows: int) -> None:
        self.chosen: list[tuple[int, float]] = []
        self.nearest = [-1.0] * rows
        self.witness = [0] * rows

    def take(self, number: int, score: float, cosines: Sequence[float]) -> None:
        """Choose a row whose ``cosines`` with all rows are known."""
        self.chosen.append((number, score))
        for other, cosine in enumerate(cosines):
            if cosine > self.nearest[other]:
                self.nearest[other] = min(cosine, 1.0)
                self.witness[other] = number
        self.nearest[number] = _TAKEN


def _centres(vectors: Sequence[Vector], budget: int) -> _Centres:
    """Greedy choice among ``vectors``; the first in order wins a tie."""
    centres = _Centres(len(vectors))
    everything = index(vectors)
    if not vectors or not budget:
        return centres
    to_mean = everything.cosines(_mean(vectors))
    number, score = to_mean.index(max(to_mean)), 0.0
    while True:
        centres.take(number, score, everything.cosines(vectors[number]))
        if len(centres.chosen) >= min(budget, len(vectors)):
            return centres
        farthest = min(centres.nearest)
        number, score = centres.nearest.index(farthest), 1 - farthest


def _mean(vectors: Sequence[Vector]) -> Vector:
    sums: dict[int, float] = {}
    for vector in vectors:
        for term, weight in zip(*vector, strict=True):
            sums[term] = sums.get(term, 0.0) + weight
    return unit(sums)
