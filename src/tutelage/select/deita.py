"""DEITA: the best rows by score, none too similar to a better one.

Liu, Zeng, He, Jiang, He, "What Makes Good Data for Alignment? A Comprehensive Study of Automatic Data
Selection in Instruction Tuning", ICLR 2024 (arXiv:2312.15685). The score of a row is quality × complexity,
summed over its turns. Rows are walked through from the highest score down; one is kept if its highest cosine
with those kept is at most 0.9.

The selection rule is the paper's; its scorers are not shipped (see :mod:`.scores`). Similarity is always a
cosine, so the published code's mix-up of distance and similarity cannot happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.select.scores import given, rough_complexity, rough_quality, turns
from tutelage.select.selector import BEYOND, Choice, Selection, Selector, by_rank
from tutelage.select.vectors import index, vectors_of

Scored = tuple[float, Example]


class Deita(Selector):
    """Quality times complexity, with a guard against near copies of better rows."""

    kind: ClassVar[str] = "deita"
    paper: ClassVar[str] = "https://arxiv.org/abs/2312.15685"

    threshold: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.9, description="the highest cosine with a kept row"
    )
    quality_field: str = Field(default="", description="column of quality scores; none: a rough stand-in")
    complexity_field: str = Field(
        default="", description="column of complexity scores; none: a rough stand-in"
    )
    embedding_field: str = Field(default="", description="column of embeddings; none: TF-IDF of the words")

    @property
    def columns(self) -> tuple[str, ...]:
        """See :class:`Selector`."""
        named = (self.quality_field, self.complexity_field, self.embedding_field)
        return tuple(name for name in named if name)

    def select(self, pool: Sequence[Example], budget: int, seed: int) -> Selection:
        """The walk; rows of equal score come by lot.

        Left out are rows without a score (``no_score``) or an embedding (``no_embedding``), those too similar
        to a kept one (``too_similar``, with the cosine and the witness), and what the walk did not reach.

        Raises:
            BadInput: a field that no row has, or that holds something else than scores or embeddings.
        """
        drawn = by_rank(pool, seed)
        scores = {each.id: self._score(each) for each in drawn}
        if pool and all(score is None for score in scores.values()):
            named = [name for name in (self.quality_field, self.complexity_field) if name]
            raise BadInput(
                f"no row has a score under {' and '.join(named)}",
                where="deita.quality_field, deita.complexity_field",
                remedy="name the columns that hold scores",
            )
        without = [Choice(id, "no_score") for id, score in scores.items() if score is None]
        rows = [(score, each) for each in drawn if (score := scores[each.id]) is not None]
        rows.sort(key=lambda row: -row[0])
        walked = self._walk(rows, budget)
        return Selection(walked.chosen, (*walked.left_out, *without))

    def _score(self, example: Example) -> float | None:
        """Quality × complexity summed over turns; ``None`` where the row lacks a score of the file's own."""
        complexity, quality = self._complexity(example), self._quality(example)
        if complexity is None or quality is None:
            return None
        return sum(one * other for one, other in zip(complexity, quality, strict=True))

    def _complexity(self, example: Example) -> list[float] | None:
        if self.complexity_field:
            return given(example, self.complexity_field)
        return [rough_complexity(question) for question, _ in turns(example)]

    def _quality(self, example: Example) -> list[float] | None:
        if self.quality_field:
            return given(example, self.quality_field)
        return [rough_quality(answer) for _, answer in turns(example)]

    def _walk(self, rows: Sequence[Scored], budget: int) -> Selection:
        vectors = vectors_of([each for _, each in rows], self.embedding_field)
        # Few words are shared by many kept rows, but every dimension of an embedding is.
        kept = index(arrays=bool(self.embedding_field))
        chosen: list[Choice] = []
        left_out: list[Choice] = []
        for (score, example), vector in zip(rows, vectors, strict=True):
            if vector is None:
                left_out.append(Choice(example.id, "no_embedding", score))
                continue
            if len(chosen) >= budget:
                left_out.append(Choice(example.id, BEYOND, score))
                continue
            cosines = kept.cosines(vector)
            nearest = max(cosines, default=0.0)
            if min(nearest, 1.0) > self.threshold:  # sums of squares may exceed 1 by a last bit
                witness = chosen[cosines.index(nearest)].id
                left_out.append(Choice(example.id, "too_similar", nearest, witness))
            else:
                kept.add(vector)
                chosen.append(Choice(example.id, "best_score", score))
        return Selection(tuple(chosen), tuple(left_out))
