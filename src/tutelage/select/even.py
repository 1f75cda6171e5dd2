"""Even selection over cells: every cell the same number, as far as it has them.

Round by round one row of each cell, drawn by lot, until the budget is spent. That is water filling: quotas
differ by at most one, except where a cell ran dry, whose share goes to the others. And it is nested: a
smaller budget is a prefix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from tutelage.errors import BadInput, nearest
from tutelage.records import Example, canonical
from tutelage.select.selector import BEYOND, Choice, Selection, Selector, by_rank, rank


class Even(Selector):
    """The same number from every cell, drawn by lot inside it."""

    kind: ClassVar[str] = "even"
    reads_text: ClassVar[bool] = False

    by: tuple[str, ...] = Field(
        default=(), description="keys of the cell that tell groups apart; none: all of them"
    )

    def select(self, pool: Sequence[Example], budget: int, seed: int) -> Selection:
        """Water filling over cells; the score is the number of the round in which a row came, from 1.

        Raises:
            BadInput: a key of ``by`` that no row's cell has.
        """
        self._check(pool)
        groups: dict[str, list[Example]] = {}
        for example in by_rank(pool, seed):
            groups.setdefault(self._group(example.cell), []).append(example)
        order = sorted(groups, key=lambda name: (rank(seed, f"cell {name}"), name))
        rounds = max(map(len, groups.values()), default=0)
        drawn = [
            (turn, groups[name][turn]) for turn in range(rounds) for name in order if turn < len(groups[name])
        ]
        return Selection(
            tuple(Choice(each.id, "drawn_in_cell", turn + 1) for turn, each in drawn[:budget]),
            tuple(Choice(each.id, BEYOND, turn + 1) for turn, each in drawn[budget:]),
        )

    def _group(self, cell: Mapping[str, str]) -> str:
        """The name of a cell's group; a key that a cell lacks is a value of its own."""
        kept = {name: cell[name] for name in self.by if name in cell} if self.by else dict(cell)
        return canonical(kept)

    def _check(self, pool: Sequence[Example]) -> None:
        known = {name for example in pool for name in example.cell}
        for name in self.by:
            if name not in known:
                raise BadInput(
                    f"no row has '{name}' in its cell", where=f"even.by: {name}", remedy=nearest(name, known)
                )
