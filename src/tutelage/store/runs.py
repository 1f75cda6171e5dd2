"""The run's own row: what it is, in which state, and how each execution found it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tutelage.records import canonical
from tutelage.store.calls import now
from tutelage.store.database import Database

RunState = Literal["running", "previewed", "finished", "short", "interrupted", "failed"]


@dataclass(frozen=True)
class RunRow:
    """The run as it stands. ``recipe`` is the tree of the recipe last in force."""

    name: str
    version: str
    created: str
    recipe: Mapping[str, Any]
    fingerprint: str
    state: RunState
    reason: str
    number: int  # of the execution last begun

    COLUMNS: ClassVar[str] = "name, version, created, recipe, fingerprint, state, reason, pass"

    @classmethod
    def read(cls, row: tuple[Any, ...]) -> RunRow:
        """From one row of ``SELECT {COLUMNS} FROM run``."""
        name, version, created, recipe, fingerprint, state, reason, number = row
        return cls(name, version, created, json.loads(recipe), fingerprint, state, reason, number)


class Run:
    """Reads and writes the one row of ``run`` and the rows of ``passes``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def row(self) -> RunRow | None:
        """The run's row, or ``None`` in a new database."""
        found = self._database.read(f"SELECT {RunRow.COLUMNS} FROM run").fetchone()
        return RunRow.read(found) if found else None

    def begin(
        self,
        *,
        name: str,
        version: str,
        recipe: Mapping[str, Any],
        fingerprint: str,
        changes: Sequence[str],
    ) -> int:
        """Begin an execution and return its number, counted from 1."""
        last = self.row()
        number = last.number + 1 if last else 1
        created = last.created if last else now()
        self._database.write(
            "INSERT OR REPLACE INTO run VALUES (1, ?, ?, ?, ?, ?, 'running', '', ?)",
            (name, version, created, canonical(recipe), fingerprint, number),
        )
        self._database.write(
            "INSERT INTO passes VALUES (?, ?, NULL, ?, ?, ?, '')",
            (number, now(), version, fingerprint, canonical(list(changes))),
        )
        self._database.commit()
        return number

    def end(self, number: int, state: RunState, reason: str) -> None:
        """Say how the execution ended."""
        self._database.write("UPDATE run SET state = ?, reason = ?", (state, reason))
        self._database.write(
            "UPDATE passes SET ended = ?, outcome = ? WHERE pass = ?",
            (now(), f"{state}: {reason}" if reason else state, number),
        )
        self._database.commit()
