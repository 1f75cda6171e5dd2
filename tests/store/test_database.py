"""The writer's side of the run database."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from tutelage.errors import BadInput, RunLocked, StoreFailed
from tutelage.store.database import Database, connect_reader


def test_a_second_writer_is_refused_by_name(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    with pytest.raises(RunLocked, match=f"process {os.getpid()}"):
        Database(tmp_path / "run.db")
    database.close()
    Database(tmp_path / "run.db").close()


def test_readers_see_whole_transactions_only(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    database.write("INSERT INTO totals VALUES ('sent', 1)")
    reader = connect_reader(tmp_path / "run.db")
    assert reader.execute("SELECT count(*) FROM totals").fetchone() == (0,)
    database.commit()
    assert reader.execute("SELECT count(*) FROM totals").fetchone() == (1,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM totals")
    reader.close()
    database.close()


def _write_and_die(path: str) -> None:
    database = Database(Path(path))
    database.write("INSERT INTO totals VALUES ('sent', 1)")
    database.commit()
    database.write("INSERT INTO totals VALUES ('cost', 1)")
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_was_committed_survives_sigkill_and_nothing_else(tmp_path: Path):
    child = multiprocessing.get_context("fork").Process(
        target=_write_and_die, args=(str(tmp_path / "run.db"),)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    database = Database(tmp_path / "run.db")
    assert database.read("SELECT name FROM totals").fetchall() == [("sent",)]
    database.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    (tmp_path / "run.db").write_bytes(b"hello" * 1000)
    with pytest.raises(StoreFailed, match="not a database"):
        Database(tmp_path / "run.db")
    Database(tmp_path / "other" / "run.db").close()


def _fill(database: Database) -> None:
    for number in range(10_000):
        database.write("INSERT INTO totals VALUES (?, 1)", (f"{number:0200d}",))


def test_a_full_disk_says_what_to_do(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    database.read("PRAGMA max_page_count = 1")
    with pytest.raises(StoreFailed, match="free some space"):
        _fill(database)
    database.close()


def test_no_run_is_a_clear_error(tmp_path: Path):
    with pytest.raises(BadInput, match="there is no run here"):
        connect_reader(tmp_path / "run.db")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        Database(tmp_path / "file" / "run.db")
