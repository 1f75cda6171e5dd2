"""Recorded judgements as files: JSON or JSON Lines, plain or gzip, read whole, with the place of every
record."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.errors import BadInput

_GZIP = b"\x1f\x8b"
_SHOWN = 60  # characters that an error shows of a value or of the spot


class Record(NamedTuple):
    """One object of a file and its ``place``: ``file:line`` in JSON Lines, ``file:row N`` in a list."""

    place: str
    data: dict[str, Any]


def read_json(path: Path) -> Any:
    """The document in ``path``; JSON Lines come as a list of :class:`Record`.

    Raises:
        BadInput: no such file, cut off, not UTF-8, or not JSON.
    """
    text = _text(path)
    lines = path.name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))
    if lines and not text.lstrip().startswith("["):
        return [
            _record(_parsed(line, f"{path}:{number}"), f"{path}:{number}")
            for number, line in enumerate(text.split("\n"), start=1)
            if line.strip()
        ]
    return _parsed(text, str(path))


def records_of(document: Any, path: Path) -> list[Record]:
    """A document of :func:`read_json` as records.

    Raises:
        BadInput: it is no list of objects.
    """
    if not isinstance(document, list):
        raise BadInput(
            f"a list of records is expected, and this is {_shown(document)}",
            where=str(path),
            remedy="check the file",
        )
    return [
        each if isinstance(each, Record) else _record(each, f"{path}:row {number}")
        for number, each in enumerate(document, start=1)
    ]


def read_records(path: Path) -> list[Record]:
    """The records of a JSON list or of JSON Lines.

    Raises:
        BadInput: the file cannot be read, or is no list of objects.
    """
    return records_of(read_json(path), path)


def figure(value: Any, low: float, high: float, where: str, *, text: bool = False) -> float | None:
    """A number from ``low`` to ``high``; ``None`` for null, an empty text, and what is no finite number (NaN
    and Infinity alike). A number written as text is one only with ``text``: in tables, which have no other.

    Raises:
        BadInput: it is something else.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        plain = isinstance(value, (int, float) if not text else (int, float, str))
        number = float(value) if plain and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        number = None
    if number is not None and not math.isfinite(number):
        return None
    if number is None or not low <= number <= high:
        raise BadInput(
            f"a number from {low:g} to {high:g} is expected, and this is {_shown(value)}",
            where=where,
            remedy="mend the record: a number without quotes, or null for a judgement that could not be read",
        )
    return number


def text_field(record: Record, names: Iterable[str]) -> str:
    """The first of the fields ``names`` that the record has, as text.

    Raises:
        BadInput: it has none of them.
    """
    names = tuple(names)
    for name in names:
        value = record.data.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return str(value)
    raise BadInput(
        f"this record has no text under {' or '.join(map(repr, names))}: it has {', '.join(record.data)}",
        where=record.place,
        remedy="give a file of the bench's published format",
    )


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw[:2] == _GZIP else raw).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            "this file is not UTF-8 text", where=f"{path}, byte {error.start}", remedy="save it as UTF-8"
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(
            f"this compressed file is damaged or cut off: {error}",
            where=str(path),
            remedy="copy the file again",
        ) from error
    except OSError as error:
        raise BadInput(
            f"this file cannot be read: {error.strerror}", where=str(path), remedy="check the path"
        ) from error


def _parsed(text: str, place: str) -> Any:
    if not text.strip():
        raise BadInput("this file is empty", where=place, remedy="give a file with at least one record")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - _SHOWN // 2) : error.pos + _SHOWN // 2].strip()
        cut = error.msg.startswith("Unterminated") or not text[error.pos :].strip()
        raise BadInput(
            f"this is not valid JSON: {error.msg}{' (it looks cut off)' if cut else ''}, near {near!r}",
            where=f"{place}, line {error.lineno}, column {error.colno}",
            remedy="copy the file again; a program that was stopped leaves a half-written end",
        ) from error
    except RecursionError as error:
        raise BadInput("this JSON is nested too deeply to be a record", where=place) from error


def _record(value: Any, place: str) -> Record:
    if not isinstance(value, Mapping):
        raise BadInput(f"a record must be a JSON object, and this is {_shown(value)}", where=place)
    return Record(place, dict(value))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
