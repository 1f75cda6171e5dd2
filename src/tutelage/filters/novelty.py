"""Rows whose instruction is too similar to one that was kept: ROUGE-L F1 above a threshold.

After Self-Instruct (Wang et al. 2023) and Explore-Instruct (Wan et al. 2023), which score every pair.
Decisions are theirs to the last rounding; :mod:`tutelage.novelty` says how they are found without scoring
every pair. It departs in one default: tokens are Unicode's, because theirs leave a Chinese sentence without
any token.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from tutelage.errors import BadInput, nearest
from tutelage.filters.filter import Filter, Gate
from tutelage.novelty import Index
from tutelage.records import KEPT, Example, Verdict

EVERYTHING = "all"


class Novelty(Filter):
    """Settings of the filter ``novelty``."""

    kind: ClassVar[str] = "novelty"
    paper: ClassVar[str] = "Wang et al. 2023, Self-Instruct; Wan et al. 2023, Explore-Instruct"

    threshold: float = Field(default=0.7, gt=0, le=1, description="ROUGE-L F1 that may not be exceeded")
    strict: bool = Field(default=True, description="refuse scores above the threshold; false: at it too")
    scope: str = Field(
        default=EVERYTHING,
        min_length=1,
        description="'all' rows are one pool, or the key of a cell: one pool a value",
    )
    tokens: Literal["auto", "unicode", "rouge"] = Field(
        default="auto",
        description="auto is unicode; rouge knows only a-z and 0-9, as the rouge_score package",
    )

    stem: bool = Field(default=False, description="compare stems, as rouge_score does with use_stemmer")

    def start(self) -> Gate:
        """A gate with one index for every value of the scope."""
        return _NoveltyGate(self)


class _NoveltyGate(Gate):
    def __init__(self, settings: Novelty) -> None:
        self._settings = settings
        self._pools: dict[str, Index] = {}

    def judge(self, example: Example) -> Verdict:
        """Refuse with reason ``too_similar``, the score, and the first kept row that is too similar.

        An instruction without tokens cannot be compared: it is kept, with the reason ``no_tokens``.
        """
        pool = self._pool(example)
        if not pool.comparable(example.asked):
            detail = f"the instruction has no words that the tokeniser '{self._tokens}' knows"
            return Verdict(True, "no_tokens", detail=detail)
        match = pool.find(example.asked)
        if match is None:
            return KEPT
        return Verdict(False, "too_similar", match.score, f"ROUGE-L {match.score:.3f}", witness=match.key)

    def remember(self, example: Example) -> None:
        """``example`` was kept by every filter."""
        self._pool(example).add(example.id, example.asked)

    @property
    def _tokens(self) -> Literal["unicode", "rouge"]:
        return "rouge" if self._settings.tokens == "rouge" else "unicode"

    def _pool(self, example: Example) -> Index:
        scope = self._settings.scope
        name = "" if scope == EVERYTHING else self._value(example, scope)
        if name not in self._pools:
            self._pools[name] = Index(
                self._settings.threshold,
                strict=self._settings.strict,
                tokens=self._tokens,
                stem=self._settings.stem,
            )
        return self._pools[name]

    def _value(self, example: Example, scope: str) -> str:
        try:
            return example.cell[scope]
        except KeyError:
            raise BadInput(
                f"the scope '{scope}' is no key of this row's cell",
                where=f"novelty.scope, row {example.id}",
                remedy=nearest(scope, [EVERYTHING, *example.cell]),
            ) from None
