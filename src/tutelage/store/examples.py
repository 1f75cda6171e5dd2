"""The plan and what came of it: items, examples with their verdicts, rejections.

Rows that follow from replies carry the number of the execution that derived them. They are written over
the older ones as it goes, and what an execution that came to its end no longer derives is removed then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutelage.records import Example, Item, Rejection, Verdict, canonical, digest
from tutelage.store.database import Database

ExampleState = Literal["kept", "rejected", "surplus"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a result stands: the round, the item's position in it, and the result's own number."""

    round: int
    position: int
    ordinal: int = 0


class Ledger:
    """Writes one execution's plan and results. Nothing is lasting before :meth:`Database.commit`."""

    def __init__(self, database: Database, number: int) -> None:
        self._database = database
        self._number = number

    def planned(self, round: int) -> list[Item]:
        """The items that this run planned for ``round`` before, in their order."""
        rows = self._database.read(
            "SELECT id, method, cell, payload, occurrence FROM items WHERE round = ? ORDER BY position, id",
            (round,),
        )
        return [
            Item(identity, method, json.loads(cell), json.loads(payload), occurrence)
            for identity, method, cell, payload, occurrence in rows
        ]

    def plan(self, item: Item, spot: Spot) -> None:
        """Write an item's place in the plan down."""
        self._database.write(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET position = excluded.position, round = excluded.round",
            (
                item.id,
                spot.position,
                spot.round,
                item.method,
                canonical(item.cell),
                canonical(item.payload),
                item.occurrence,
            ),
        )

    def write_example(
        self,
        example: Example,
        spot: Spot,
        state: ExampleState,
        verdicts: Sequence[tuple[str, Verdict]] = (),
    ) -> None:
        """Write an example with everything that the filters said of it."""
        self._database.write(
            "INSERT OR REPLACE INTO examples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                example.id,
                example.item,
                spot.round,
                spot.position,
                spot.ordinal,
                state,
                example.instruction,
                example.output,
                canonical(example.cell),
                canonical(example.as_dict()),
                self._number,
            ),
        )
        for ordinal, (name, verdict) in enumerate(verdicts):
            self._database.write(
                "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    example.id,
                    ordinal,
                    name,
                    verdict.keep,
                    verdict.reason,
                    verdict.score,
                    verdict.detail,
                    verdict.witness,
                    self._number,
                ),
            )

    def write_rejection(self, rejection: Rejection, spot: Spot) -> None:
        """Write down what was not kept, with its raw text."""
        name = digest(rejection.item, rejection.example, spot.ordinal, rejection.reason)
        self._database.write(
            "INSERT OR REPLACE INTO rejections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                name,
                rejection.item,
                spot.round,
                spot.position,
                spot.ordinal,
                rejection.example,
                rejection.reason,
                rejection.detail,
                rejection.score,
                rejection.text,
                self._number,
            ),
        )

    def clear_older(self) -> None:
        """Remove what this execution, having come to its end, did not derive again."""
        for table in ("examples", "verdicts", "rejections"):
            self._database.write(f"DELETE FROM {table} WHERE pass < ?", (self._number,))
        self._database.commit()
