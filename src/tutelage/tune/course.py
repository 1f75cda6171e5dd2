"""What a training follows: its rows, their updates as tensors, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tutelage.tune.choosing import Select
from tutelage.tune.curve import Curve
from tutelage.tune.progress import Clock, Tell
from tutelage.tune.tokens import UNTRAINED, Row
from tutelage.tune.updates import Plan, grouped, packed


@dataclass(frozen=True)
class Course:
    """All that a training is given besides model and arguments.

    ``room`` is how many tokens lie in memory at once, ``most`` how many rows (``None``: as many as fit).
    ``due`` are the updates after which a checkpoint is kept. ``fill`` writes a student into a folder;
    ``rebuild`` gives a fresh model with its additions, for weights that are gathered from several processes.
    """

    rows: Sequence[Row]
    held_out: Sequence[Row]
    plan: Plan
    due: frozenset[int]
    packing: bool
    room: int
    most: int | None
    folder: Path
    select: Select
    curve: Curve
    clock: Clock
    tell: Tell
    fill: Callable[[Any, Path], None]
    rebuild: Callable[[], Any]

    def parts(self, update: Sequence[int], rows: Sequence[Row]) -> list[tuple[int, ...]]:
        """Micro-batches of places in ``rows``."""
        lengths = [len(row) for row in rows]
        if self.packing:
            return packed(tuple(update), lengths, self.room)
        return grouped(tuple(update), lengths, self.room, self.most)


class Updates:
    """The updates of a plan, for one of ``processes``: each has as many micro-batches as any other."""

    def __init__(
        self, course: Course, collate: Callable[[list[Any]], Any], process: int, processes: int
    ) -> None:
        self._course, self._collate = course, collate
        self._share = (process, processes)

    def __len__(self) -> int:
        return self._course.plan.steps

    def __getitem__(self, number: int) -> dict[str, Any]:
        rows = self._course.rows
        update = self._course.plan.updates[number]
        parts: list[Sequence[Row]] = [
            [rows[place] for place in part] for part in self._course.parts(update, rows)
        ]
        process, processes = self._share
        blank = replace(parts[-1][-1], labels=(UNTRAINED,) * len(parts[-1][-1]))
        parts += [[blank]] * (-len(parts) % processes)
        return {
            "ids": [rows[place].id for place in update],
            "tokens": sum(len(rows[place]) for place in update),
            "trained": sum(rows[place].trained for place in update),
            "parts": [collated(part, self._collate) for part in parts[process::processes]],
        }


def collated(rows: Sequence[Row], collate: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """One micro-batch as tensors, and the ids of its rows."""
    given = [{"input_ids": list(row.input_ids), "labels": list(row.labels)} for row in rows]
    return {"ids": [row.id for row in rows], "inputs": collate(given)}
