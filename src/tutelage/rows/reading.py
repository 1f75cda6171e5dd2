"""Rows of a dataset file, each with its place, whatever the container.

JSON Lines, CSV, TSV and plain text are streamed; a JSON document is read whole. A file that cannot be read is
refused by file and line (or byte), never skipped over.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.errors import BadInput, MissingExtra, nearest

# A JSON document that is an object holds its rows under the first of these that is a list.
ROW_LISTS = ("examples", "data", "rows")

_QUOTE = 60  # characters of a bad line that an error shows
_CELL_LIMIT = 1 << 30  # characters; the csv module's own limit of 131,072 is less than one long answer
_BYTES_AHEAD = 4096  # how far to look for the first character that is not white space
_OTHER_SEPARATORS = (";", "\t")  # what a table called .csv or .tsv may have been saved with instead
_OTHER_ENCODINGS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


class Row(NamedTuple):
    """One row as it stands in its file. ``place`` is ``file:line``, or ``file:row N`` where lines mean
    nothing; ``data`` keeps every field in its order."""

    place: str
    data: dict[str, Any]


def read_rows(path: str | Path) -> Iterator[Row]:
    """The rows of a file, by its ending: JSON list, JSON Lines, CSV, TSV, Parquet, or text of one row a line.

    Text lines become ``{"text": line}``. Empty lines are passed over.

    Raises:
        BadInput: no such file, unknown ending, wrong encoding, a damaged line, or no row at all.
        MissingExtra: Parquet without pyarrow.
    """
    path = Path(path)
    reader = _reader_of(path)
    empty = True
    try:
        for row in reader(path):
            empty = False
            yield row
    except OSError as error:
        raise BadInput(f"the file cannot be read: {error.strerror or error}", where=str(path)) from error
    if empty:
        raise BadInput(
            "the file holds no rows", where=str(path), remedy="give a file with at least one row in it"
        )


def read_text(path: Path) -> str:
    """A UTF-8 file.

    Raises:
        BadInput: it is not there, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(
            "this file is not UTF-8 text", where=f"{path}, byte {error.start}", remedy="save it as UTF-8"
        ) from error
    except OSError as error:
        raise BadInput(
            f"this file cannot be read: {error.strerror}", where=str(path), remedy="check the path"
        ) from error


def _reader_of(path: Path) -> Callable[[Path], Iterator[Row]]:
    if path.is_dir():
        raise BadInput("this is a folder, not a dataset file", where=str(path), remedy="name the files in it")
    if not path.exists():
        beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        raise BadInput("there is no such file", where=str(path), remedy=nearest(path.name, beside[:200]))
    try:
        return ENDINGS[path.suffix.lower()]
    except KeyError:
        raise BadInput(
            f"files that end in '{path.suffix}' cannot be read",
            where=str(path),
            remedy=f"use one of {', '.join(ENDINGS)}",
        ) from None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and lines with their ends, decoded as UTF-8 with or without a byte order mark."""
    offset = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if number == 1:
                _refuse_other_encoding(raw, path)
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                bad = raw[error.start]
                raise BadInput(
                    f"the file is not UTF-8: byte 0x{bad:02x} at offset {offset + error.start}",
                    where=f"{path}:{number}",
                    remedy="save the file as UTF-8, for example with iconv -f ITS-ENCODING -t UTF-8",
                ) from error
            offset += len(raw)
            yield number, line.removeprefix("\ufeff") if number == 1 else line


def _refuse_other_encoding(head: bytes, path: Path) -> None:
    for mark, name in _OTHER_ENCODINGS.items():
        if head.startswith(mark):
            raise BadInput(
                f"the file is {name}: byte 0x{head[0]:02x} at offset 0",
                where=f"{path}:1",
                remedy=f"save it as UTF-8, for example with iconv -f {name} -t UTF-8",
            )


def _parsed(text: str, place: str) -> Any:
    """``text`` as JSON; errors name the place and quote the spot."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        start = max(0, error.pos - _QUOTE // 2)
        at = text[start : start + _QUOTE].strip()
        cut = error.msg.startswith("Unterminated") or not text[error.pos :].strip()
        raise BadInput(
            f"this is not valid JSON: {error.msg}{' (it looks cut off)' if cut else ''}, near {at!r}",
            where=f"{place}, column {error.colno}",
            remedy="mend the line or delete it; a program that was stopped leaves a half-written line",
        ) from error
    except RecursionError as error:
        raise BadInput("this JSON is nested too deeply to be a row", where=place) from error


def _object(value: Any, place: str) -> Row:
    if not isinstance(value, dict):
        raise BadInput(
            f"a row must be a JSON object, but this is {_kind(value)}: {_shown(value)}",
            where=place,
            remedy='write rows like {"instruction": "…", "output": "…"}',
        )
    return Row(place, value)


def _kind(value: Any) -> str:
    kinds = {str: "a text", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return "null" if value is None else kinds.get(type(value), f"a {type(value).__name__}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _QUOTE else text[:_QUOTE] + "…"


def _first_character(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_BYTES_AHEAD)
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").lstrip()[:1]


def _json_lines(path: Path) -> Iterator[Row]:
    if _first_character(path) == "[":
        yield from _json_document(path)
        return
    for number, line in _lines(path):
        if not line.isspace():
            place = f"{path}:{number}"
            yield _object(_parsed(line, place), place)


def _json_document(path: Path) -> Iterator[Row]:
    """A list of rows, an object that holds one, or (as hubs often name them) JSON Lines called ``.json``."""
    if _first_character(path) == "{" and _is_json_lines(path):
        yield from _json_lines(path)
        return
    text = "".join(line for _, line in _lines(path))
    if not text.strip():
        return
    for number, value in enumerate(_row_list(_document(text, path), path), start=1):
        yield _object(value, f"{path}:row {number}")


def _is_json_lines(path: Path) -> bool:
    """Whether the first line that is not empty is a whole JSON object, and another line follows it."""
    filled = (line for _, line in _lines(path) if not line.isspace())
    try:
        return isinstance(json.loads(next(filled)), dict) and next(filled, None) is not None
    except (json.JSONDecodeError, RecursionError):
        return False


def _document(text: str, path: Path) -> Any:
    try:
        return _parsed(text, str(path))
    except BadInput as error:
        cause = error.__cause__
        if isinstance(cause, json.JSONDecodeError):
            error.where = f"{path}:{cause.lineno}, column {cause.colno}"
        raise


def _row_list(value: Any, path: Path) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        for name in ROW_LISTS:
            if isinstance(value.get(name), list):
                return list(value[name])
    keys = f" with the keys {', '.join(map(repr, value))}"[:200] if isinstance(value, dict) else ""
    raise BadInput(
        f"a dataset must be a list of rows, but this is {_kind(value)}{keys}",
        where=f"{path}:1",
        remedy=f"give a JSON list, or an object whose key {' or '.join(map(repr, ROW_LISTS))} holds one",
    )


def _separated(path: Path, separator: str) -> Iterator[Row]:
    csv.field_size_limit(_CELL_LIMIT)
    lines = csv.reader((line for _, line in _lines(path)), delimiter=separator, strict=True)
    try:
        header = next((cells for cells in lines if cells), None)
        if header is None:
            return
        _check_header(header, f"{path}:{lines.line_num}", separator)
        for cells in lines:
            if cells:
                place = f"{path}:{lines.line_num}"
                yield Row(place, dict(zip(header, _checked(cells, header, place), strict=True)))
    except csv.Error as error:
        raise BadInput(
            f"the table is damaged: {error}",
            where=f"{path}:{lines.line_num}",
            remedy="close every quotation mark; write a quotation mark inside a cell twice",
        ) from error


def _check_header(header: list[str], place: str, separator: str) -> None:
    other = next((each for each in _OTHER_SEPARATORS if each != separator and each in header[0]), "")
    if len(header) == 1 and other:
        raise BadInput(
            f"the header is one cell, {_shown(header[0])}: the separator looks like {other!r}",
            where=place,
            remedy="save the table with tabs between the cells as .tsv, or with commas as .csv",
        )
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise BadInput(
            f"two columns are called '{min(twice)}'", where=place, remedy="give every column its own name"
        )


def _checked(cells: list[str], header: list[str], place: str) -> list[str]:
    if len(cells) != len(header):
        raise BadInput(
            f"this row has {len(cells)} cells, the header {len(header)}: {_shown(cells)}",
            where=place,
            remedy="quote cells that hold the separator or a line break",
        )
    return cells


def _comma_separated(path: Path) -> Iterator[Row]:
    return _separated(path, ",")


def _tab_separated(path: Path) -> Iterator[Row]:
    return _separated(path, "\t")


def _text_lines(path: Path) -> Iterator[Row]:
    for number, line in _lines(path):
        if not line.isspace():
            yield Row(f"{path}:{number}", {"text": line.rstrip("\r\n")})


def _parquet(path: Path) -> Iterator[Row]:
    try:
        import pyarrow as arrow  # noqa: PLC0415 (an optional package, heavy to import)
        import pyarrow.parquet as parquet  # noqa: PLC0415 (the same)
    except ImportError as error:
        raise MissingExtra(f"reading {path}", extra="big", package="pyarrow") from error
    try:
        number = 0
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for data in batch.to_pylist():
                    number += 1
                    yield Row(f"{path}:row {number}", data)
    except arrow.ArrowException as error:
        raise BadInput(
            f"this is not a readable Parquet file: {error}", where=str(path), remedy="write the file again"
        ) from error


ENDINGS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json_document,
    ".csv": _comma_separated,
    ".tsv": _tab_separated,
    ".parquet": _parquet,
    ".txt": _text_lines,
}
