"""Writing dataset files: all of a file or nothing of it.

Rows go to a temporary file beside the target, which takes the target's name when everything is on the disk. A
text with lone surrogates, which UTF-8 cannot hold, is written with JSON escapes.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from tutelage.errors import BadInput, MissingExtra, TutelageError

WRITABLE = (".jsonl", ".ndjson", ".json", ".parquet")


def json_line(row: Mapping[str, Any]) -> bytes:
    """``row`` as one line of JSON in UTF-8, without the line's end; lone surrogates are escaped."""
    try:
        return json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(row).encode()


class RowWriter:
    """Writes rows one by one; the file appears when the ``with`` block ends well, and not at all otherwise.

    Parquet needs all rows at once to know its columns, so they wait in memory; the others are streamed.

    Raises:
        BadInput: unknown ending, the folder cannot be written, or a value that has no place in the format.
        MissingExtra: Parquet without pyarrow.
        TutelageError: the disk is full or failing.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._ending = self.path.suffix.lower()
        self._temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        self._file: BinaryIO | None = None
        self._made: list[Path] = []  # folders made for the file, innermost first
        self._waiting: list[Mapping[str, Any]] = []
        self.count = 0
        self._check()

    def _check(self) -> None:
        if self._ending not in WRITABLE:
            raise BadInput(
                f"a dataset cannot be written to a file that ends in '{self._ending}'",
                where=str(self.path),
                remedy=f"use one of {', '.join(WRITABLE)}",
            )
        if self.path.is_dir():
            raise BadInput("this is a folder, not a file", where=str(self.path), remedy="name a file in it")

    def __enter__(self) -> RowWriter:
        try:
            self._made = [each for each in self.path.parents if not each.exists()]
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._temporary.open("wb")
        except OSError as error:
            self._discard()
            raise BadInput(
                f"the file cannot be written: {error.strerror}",
                where=str(self.path),
                remedy="choose a folder that you may write to",
            ) from error
        return self

    def write(self, row: Mapping[str, Any]) -> None:
        """Add ``row``."""
        if self._ending == ".parquet":
            self._waiting.append(row)
        elif self._ending == ".json":
            self._put((b",\n" if self.count else b"[\n") + json_line(row))
        else:
            self._put(json_line(row) + b"\n")
        self.count += 1

    def _put(self, data: bytes) -> None:
        assert self._file is not None, "rows are written inside the with block"
        try:
            self._file.write(data)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> TutelageError:
        return TutelageError(
            f"the file could not be written to its end: {error.strerror}",
            where=str(self.path),
            remedy="make room on the disk and run the command again; nothing was kept of this file",
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            self._finish()
        except OSError as failure:
            self._discard()
            raise self._failed(failure) from failure
        except BaseException:
            self._discard()
            raise

    def _finish(self) -> None:
        assert self._file is not None
        if self._ending == ".json":
            self._file.write(b"\n]\n" if self.count else b"[]\n")
        elif self._ending == ".parquet":
            _write_parquet(self._file, self._waiting, self.path)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._temporary.replace(self.path)
        # The new name is safe from a crash only when the folder is on the disk too.
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _discard(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk fails at closing too
                self._file.close()
        with contextlib.suppress(OSError):  # it was never made
            self._temporary.unlink()
        for folder in self._made:
            with contextlib.suppress(OSError):  # not empty: another program has put something there
                folder.rmdir()


def _write_parquet(file: BinaryIO, rows: list[Mapping[str, Any]], path: Path) -> None:
    try:
        import pyarrow as arrow  # noqa: PLC0415 (an optional package, heavy to import)
        import pyarrow.parquet as parquet  # noqa: PLC0415 (the same)
    except ImportError as error:
        raise MissingExtra(f"writing {path}", extra="big", package="pyarrow") from error
    # All keys of all rows in order of appearance: pyarrow alone would take those of the first row.
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {}
    for name in names:
        try:
            columns[name] = arrow.array([row.get(name) for row in rows])
        except (arrow.ArrowException, UnicodeEncodeError) as error:
            raise BadInput(
                f"the column '{name}' does not fit into Parquet: {error}",
                where=str(path),
                remedy="write .jsonl, or give the column one type in all rows",
            ) from error
    try:
        parquet.write_table(arrow.table(columns), file)
    except arrow.ArrowException as error:  # an object without fields, for one
        raise BadInput(
            f"these rows do not fit into Parquet: {error}", where=str(path), remedy="write .jsonl"
        ) from error


def write_rows(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write ``rows`` to ``path`` by its ending and return how many there were; on an error no file appears.

    Raises:
        BadInput, MissingExtra, TutelageError: as :class:`RowWriter`.
    """
    with RowWriter(path) as writer:
        for row in rows:
            writer.write(row)
    return writer.count
