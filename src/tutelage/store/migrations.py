"""Numbered steps from one version of the schema to the next; a database of any release opens."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.resources import files

from tutelage.errors import StoreFailed

Step = Callable[[sqlite3.Connection], None]


def _first(connection: sqlite3.Connection) -> None:
    script = files("tutelage.store").joinpath("schema.sql").read_text(encoding="utf-8")
    bare = "\n".join(line.split("--")[0] for line in script.splitlines())  # comments may hold semicolons
    for statement in bare.split(";"):
        if statement.strip():
            connection.execute(statement)


# A new step is appended and schema.sql keeps telling the whole story of the newest version.
STEPS: tuple[Step, ...] = (_first,)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to the newest version, each step in one transaction.

    Raises:
        StoreFailed: the database was made by a newer Tutelage.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise StoreFailed(
            f"this run was made by a newer Tutelage (schema {version}, known here: {len(STEPS)})",
            remedy="pip install --upgrade tutelage",
        )
    for number, step in enumerate(STEPS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            step(connection)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
