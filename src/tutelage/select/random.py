"""Random selection: the baseline that every cleverer selector has to beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tutelage.records import Example
from tutelage.select.selector import BEYOND, Choice, Selection, Selector, by_rank


class Random(Selector):
    """Draws rows by lot; the lot of a row depends on its content and the seed alone, so a row that is
    added to the pool takes at most one other's place."""

    kind: ClassVar[str] = "random"
    reads_text: ClassVar[bool] = False

    def select(self, pool: Sequence[Example], budget: int, seed: int) -> Selection:
        """The first ``budget`` of the lottery; see :class:`Selector`."""
        drawn = by_rank(pool, seed)
        return Selection(
            tuple(Choice(each.id, "drawn") for each in drawn[:budget]),
            tuple(Choice(each.id, BEYOND) for each in drawn[budget:]),
        )
