"""The schema and its steps."""

from __future__ import annotations

import sqlite3

import pytest

from tutelage.errors import StoreFailed
from tutelage.store.migrations import STEPS, migrate


def test_a_new_database_has_every_table_and_the_newest_version():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables >= {
        "run", "passes", "calls", "failures", "batches",
        "items", "examples", "verdicts", "rejections", "totals",
    }  # fmt: skip
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    migrate(connection)


def test_a_newer_database_is_refused():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    with pytest.raises(StoreFailed, match="newer Tutelage"):
        migrate(connection)


def test_a_step_that_fails_leaves_the_version_before_it(monkeypatch: pytest.MonkeyPatch):
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (x)")
        raise RuntimeError

    monkeypatch.setattr("tutelage.store.migrations.STEPS", (*STEPS, broken))
    connection = sqlite3.connect(":memory:", isolation_level=None)
    with pytest.raises(RuntimeError):
        migrate(connection)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchone() is None
