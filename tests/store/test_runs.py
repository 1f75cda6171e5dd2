"""The run's own row."""

from __future__ import annotations

from pathlib import Path

from tutelage.store.database import Database
from tutelage.store.runs import Run


def test_executions_are_counted_and_the_creation_date_stays(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    run = Run(database)
    assert run.row() is None
    first = run.begin(name="n", version="1", recipe={"a": 1}, fingerprint="f", changes=[])
    run.end(first, "short", "the plan is exhausted")
    created = run.row().created
    second = run.begin(name="n", version="2", recipe={"a": 2}, fingerprint="g", changes=["a"])
    row = run.row()
    assert (first, second) == (1, 2)
    assert (row.created, row.state, row.recipe, row.fingerprint) == (created, "running", {"a": 2}, "g")
    outcomes = database.read("SELECT outcome, changes FROM passes ORDER BY pass").fetchall()
    assert outcomes == [("short: the plan is exhausted", "[]"), ("", '["a"]')]
    database.close()
