"""Opening a run database: WAL, one writer held by a lock, and readers that never wait for it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tutelage.errors import BadInput, RunLocked, StoreFailed
from tutelage.store.migrations import migrate

CHECKPOINT_EVERY = 4_000  # commits; SQLite's own checkpoint would fsync on the event loop's time


class Database:
    """The writer's side: one connection, explicit commits, an exclusive lock on the folder.

    Writes collect in one open transaction until :meth:`commit`. In WAL mode with ``synchronous=NORMAL`` a
    commit survives the death of the process; a power cut may lose the last ones but never damages the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _lock(path.with_suffix(".lock"))
        self._commits = 0
        self._checkpoint: threading.Thread | None = None
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA wal_autocheckpoint = 0")
            migrate(self._connection)
        except BaseException as error:
            self._lock.close()
            if isinstance(error, sqlite3.Error):
                raise _failed(path, error) from error
            raise

    def write(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Add one statement to the open transaction."""
        try:  # rather than _named, here and in read: these two are on the path of every call
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error

    def read(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Rows, the open transaction's own writes included."""
        try:
            return self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise _failed(self.path, error) from error

    def commit(self) -> None:
        """Make everything written so far outlive this process."""
        if not self._connection.in_transaction:
            return
        with _named(self.path):
            self._connection.execute("COMMIT")
        self._commits += 1
        if self._commits % CHECKPOINT_EVERY == 0:
            self._start_checkpoint()

    def close(self) -> None:
        """Commit, fold the log into the file, and let the next process in."""
        try:
            self.commit()
            if self._checkpoint is not None:
                self._checkpoint.join()
            with _named(self.path):
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._connection.close()
            self._lock.close()

    def _start_checkpoint(self) -> None:
        if self._checkpoint is not None and self._checkpoint.is_alive():
            return
        self._checkpoint = threading.Thread(target=_checkpoint, args=(self.path,), daemon=True)
        self._checkpoint.start()


def _checkpoint(path: Path) -> None:
    """Copy the log into the file from a thread of its own; a busy or full disk is the writer's to report."""
    try:
        connection = sqlite3.connect(path)
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()
    except sqlite3.Error:
        return


def _lock(path: Path) -> IO[str]:
    """The exclusive lock of a run; the file keeps the owner's process id for the refused one's message."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+", encoding="ascii")
    except OSError as error:
        raise BadInput(
            f"the run folder cannot be written: {error.strerror}",
            where=str(path.parent),
            remedy="choose another folder with --out",
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.seek(0)
        owner = handle.read().strip() or "unknown"
        handle.close()
        raise RunLocked(
            f"process {owner} is working on this run",
            where=str(path.parent),
            remedy="wait for it, stop it with Ctrl-C, or choose another folder with --out",
        ) from error
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def connect_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection that sees whole transactions only.

    Raises:
        BadInput: there is no run database at ``path``.
    """
    if not path.is_file():
        raise BadInput(
            "there is no run here", where=str(path), remedy="name a folder that `tutelage run` made"
        )
    with _named(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("SELECT count(*) FROM run")
        return connection


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with the file's name and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _failed(path, error) from error


def _failed(path: Path, error: sqlite3.Error) -> StoreFailed:
    text = str(error)
    remedy = "see whether the file is a run database and can be written"
    if "full" in text:
        remedy = "free some space and run the same command again: everything committed is kept"
    elif "malformed" in text or "not a database" in text:
        remedy = "restore the file from a copy, or start in a new folder with --out"
    return StoreFailed(f"the run database failed: {text}", where=str(path), remedy=remedy)
