"""Rows whose instruction means much the same as one that was kept: the cosine of two embeddings.

A second opinion behind the filter ``novelty``, never in its place: the two answer different questions.
ROUGE-L compares words, and its thresholds are those of the papers; an embedding compares what its model makes
of a text, and a threshold means something else under each model.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from tutelage.errors import BadInput
from tutelage.filters.embedders import Embedder, made
from tutelage.filters.filter import Filter, Gate
from tutelage.filters.nearest_vectors import NearestVectors, Sparse, VectorMatrix, unit
from tutelage.filters.scopes import EVERYTHING, pool_of
from tutelage.records import KEPT, Example, Verdict

_DENSE = 0.25  # share of numbers that are not zero from which on the matrix pays


class Semantic(Filter):
    """Settings of the filter ``semantic``."""

    kind: ClassVar[str] = "semantic"

    threshold: float = Field(default=0.85, gt=0, lt=1, description="cosine that may not be exceeded")
    embedder: str = Field(
        default="hashing",
        min_length=1,
        description="hashing (spelling alone), model2vec, or your own as package.module:name",
    )
    model: Path | None = Field(default=None, description="the folder of the embedder's model")
    scope: str = Field(
        default=EVERYTHING,
        min_length=1,
        description="'all' rows are one pool, or the key of a cell: one pool a value",
    )

    def model_post_init(self, context: Any, /) -> None:
        """Make the embedder now, so that a missing model is said before any work."""
        _ = self._embedder

    @cached_property
    def _embedder(self) -> Embedder:
        return made(self.embedder, self.model)

    def start(self) -> Gate:
        """A gate with one set of vectors for every value of the scope."""
        return _SemanticGate(self, self._embedder)


class _SemanticGate(Gate):
    def __init__(self, settings: Semantic, embedder: Embedder) -> None:
        self._settings = settings
        self._embedder = embedder
        self._pools: dict[str, tuple[NearestVectors | VectorMatrix, list[str]]] = {}
        self._last: tuple[str, Sparse] = ("", {})  # what was judged is remembered next, or never

    def judge(self, example: Example) -> Verdict:
        """Refuse with reason ``same_meaning``, the cosine, and the first kept row that is too near.

        An instruction that the embedder makes nothing of is kept, with the reason ``no_vector``.
        """
        vector = self._vector(example.instruction)
        if not vector:
            return Verdict(
                True, "no_vector", detail=f"the embedder '{self._settings.embedder}' found nothing"
            )
        pool = self._pools.get(pool_of(example, self._settings.scope, "semantic.scope"))
        near = pool[0].find(vector) if pool else None
        if pool is None or near is None:
            return KEPT
        detail = f"cosine {near.cosine:.3f}"
        return Verdict(False, "same_meaning", near.cosine, detail, witness=pool[1][near.row])

    def remember(self, example: Example) -> None:
        """``example`` was kept by every filter."""
        vector = self._vector(example.instruction)
        if not vector:
            return
        name = pool_of(example, self._settings.scope, "semantic.scope")
        if name not in self._pools:
            self._pools[name] = (_search_for(vector, self._settings.threshold), [])
        vectors, ids = self._pools[name]
        vectors.add(vector)
        ids.append(example.id)

    def _vector(self, text: str) -> Sparse:
        if self._last[0] != text:
            self._last = (text, _one_unit(self._embedder.embed([text]), self._settings.embedder))
        return self._last[1]


def _one_unit(vectors: Sequence[Sequence[float]], name: str) -> Sparse:
    """The one vector that was asked for, scaled to a norm of 1."""
    try:
        (vector,) = vectors
        return unit(vector)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"the embedder '{name}' was given one text and gave no single list of numbers",
            where="semantic.embedder",
            remedy="give one list of numbers for every text",
        ) from error


def _search_for(vector: Sparse, threshold: float) -> NearestVectors | VectorMatrix:
    """The search that suits vectors like this one; both decide alike."""
    dense = len(vector) >= _DENSE * (max(vector) + 1)
    return VectorMatrix(threshold) if dense and find_spec("numpy") else NearestVectors(threshold)
