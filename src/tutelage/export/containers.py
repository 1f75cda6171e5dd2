"""Rows into files: JSON lines, one JSON list, or parquet. Equal rows give equal bytes."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, TextIO

from tutelage.errors import MissingExtra
from tutelage.export.formats import Column, Row

Container = Literal["jsonl", "json", "parquet"]
CONTAINERS: tuple[Container, ...] = ("jsonl", "json", "parquet")

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}
_LINE_END = re.compile("[\u2028\u2029\x85]")
_PARQUET_ROWS = 1_000  # rows in one group: bounds what is held in memory
_HELD = 1 << 20  # characters held in memory before they go to a temporary file


class Sink(Protocol):
    """An open file that takes rows in order; it is complete only after ``close``."""

    def write(self, row: Row) -> None:
        """Append one row."""

    def close(self) -> None:
        """Finish the file and hand it to the disk."""


def broken(text: str) -> bool:
    """Whether ``text`` has half a surrogate pair, which no UTF-8 file can hold."""
    return _SURROGATE.search(text) is not None


def scrub(value: Any) -> Any:
    """``value`` (strings, lists, dictionaries) with every half surrogate pair replaced by U+FFFD.

    Two halves that belong together become their character.
    """
    if isinstance(value, str):
        if not broken(value):
            return value
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [scrub(each) for each in value]
    if isinstance(value, dict):
        return {scrub(key): scrub(each) for key, each in value.items()}
    return value


def line(row: Mapping[str, Any]) -> str:
    """``row`` as JSON on one line, whatever a reader takes for the end of a line."""
    text = json.dumps(scrub(dict(row)), ensure_ascii=False, allow_nan=False)
    return _LINE_END.sub(lambda found: _LINE_ENDS[found[0]], text)


def to_disk(file: TextIO) -> None:
    """Close ``file`` when all of it is on the disk, so that a swap never puts an empty file in place."""
    with file:
        file.flush()
        os.fsync(file.fileno())


class _JsonLines:
    """One row a line; rows with an empty list come last.

    A reader that guesses types from the first megabytes takes a list that is empty throughout for a list
    of nulls, and fails at the first filled one (``datasets`` does, beyond 10 MB). So filled ones lead.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._last = tempfile.SpooledTemporaryFile(  # noqa: SIM115  it lives as long as this and ends in close
            _HELD, "w+", encoding="utf-8", newline="\n", dir=str(path.parent)
        )

    def write(self, row: Row) -> None:
        """Append one row."""
        target = self._last if any(value == [] for value in row.values()) else self._file
        target.write(line(row) + "\n")

    def close(self) -> None:
        """Append the rows that were held back, and finish."""
        with self._file, self._last:
            self._last.seek(0)
            shutil.copyfileobj(self._last, self._file)
            to_disk(self._file)


class _JsonList:
    """One JSON list, a row a line."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write("[")
        self._separator = "\n"

    def write(self, row: Row) -> None:
        """Append one row."""
        self._file.write(self._separator + line(row))
        self._separator = ",\n"

    def close(self) -> None:
        """End the list and finish."""
        self._file.write("\n]\n")
        to_disk(self._file)


class _Parquet:
    """A parquet file with declared types, so that nothing is left to be guessed."""

    def __init__(self, path: Path, columns: Mapping[str, Column]) -> None:
        try:
            self._arrow = importlib.import_module("pyarrow")
            parquet = importlib.import_module("pyarrow.parquet")
        except ImportError as error:
            raise MissingExtra("writing parquet", extra="big", package="pyarrow") from error
        self._schema = self._arrow.schema([(name, self._type(kind)) for name, kind in columns.items()])
        self._writer = parquet.ParquetWriter(path, self._schema)
        self._rows: list[Row] = []

    def _type(self, column: Column) -> Any:
        arrow = self._arrow
        if column == "text":
            return arrow.string()
        if column == "number":
            return arrow.int64()
        if column == "texts":
            return arrow.list_(arrow.string())
        if column == "pairs":
            return arrow.list_(arrow.list_(arrow.string()))
        return arrow.list_(arrow.struct([(key, arrow.string()) for key in column]))

    def write(self, row: Row) -> None:
        """Append one row."""
        self._rows.append(scrub(row))
        if len(self._rows) >= _PARQUET_ROWS:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        """Write what is held and finish."""
        if self._rows:
            self._flush()
        self._writer.close()


def open_sink(path: Path, container: Container, columns: Mapping[str, Column]) -> Sink:
    """An open file at ``path``.

    Raises:
        MissingExtra: parquet was asked for and pyarrow is absent.
        OSError: the file cannot be made.
    """
    if container == "parquet":
        return _Parquet(path, columns)
    return _JsonList(path) if container == "json" else _JsonLines(path)
