"""Labelled rows: read, told apart by content, and turned into the fields that templates ask for."""

from __future__ import annotations

import base64
import math
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.methods.templating.templates import LABEL, LABELS, NotRendered, is_unlabelled
from tutelage.records import digest
from tutelage.rows import Row, read_rows

UNTYPED = (".csv", ".tsv", ".txt")  # every cell is a text
_WHOLE = re.compile(r"\s*-?[0-9]{1,15}\s*")


class LabelledRow(NamedTuple):
    """A row with the name of its dataset. ``place`` is the file's name and the row's line or number; ``key``
    names its content; the second row of equal content has ``occurrence`` 1."""

    place: str
    data: dict[str, Any]
    dataset: str
    untyped: bool
    key: str
    occurrence: int


def read_labelled(
    path: Path, dataset: str, seen: Occurrences, rows: Iterable[Row] | None = None
) -> Iterator[LabelledRow]:
    """The rows of a file (or ``rows`` instead), JSON-able.

    Raises:
        BadInput: the file cannot be read.
    """
    untyped = path.suffix.lower() in UNTYPED
    for row in read_rows(path) if rows is None else rows:
        data = {str(name): plain(value) for name, value in row.data.items()}
        key = digest(dataset, data)
        place = f"{path.name}:{row.place.rpartition(':')[2]}"
        yield LabelledRow(place, data, dataset, untyped, key, seen.count(int(key[:16], 16)))


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: no number and infinity become null, dates and decimals texts."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


class Occurrences:
    """Counts how often a content came before, in 16 to 32 bytes a content: files may have millions of rows.

    Contents are told apart by 64 bits; two that collide only differ in their occurrence where they need not.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._filled = 0
        self._again: dict[int, int] = {}

    def count(self, name: int) -> int:
        """How many times ``name`` (64 bits) was counted before this time."""
        name = name or 1  # 0 marks an empty slot
        if 2 * self._filled >= len(self._slots):
            self._grow()
        slot = self._slot(name)
        if self._slots[slot] != name:
            self._slots[slot] = name
            self._filled += 1
            return 0
        self._again[name] = self._again.get(name, 0) + 1
        return self._again[name]

    def _slot(self, name: int) -> int:
        mask = len(self._slots) - 1
        slot = name & mask
        while self._slots[slot] not in (0, name):
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for name in old:
            if name:
                self._slots[self._slot(name)] = name


class Mapped:
    """How a file's columns become fields: renamed, split, with constants and names of labels."""

    def __init__(
        self,
        columns: Mapping[str, str | Sequence[str]],
        separate: Mapping[str, str],
        constants: Mapping[str, str],
        labels: Sequence[str] | Mapping[Any, str],
    ) -> None:
        self._columns = columns
        self._separate = separate
        self._constants = constants
        self._names = list(labels.values()) if isinstance(labels, Mapping) else list(labels)
        raw = (
            map(str, labels) if isinstance(labels, Mapping) else (name.strip().casefold() for name in labels)
        )
        self._numbers = {value: number for number, value in enumerate(raw)}
        self._mapping = isinstance(labels, Mapping)

    def fields(self, data: Mapping[str, Any], numbers: Iterable[str], *, untyped: bool) -> dict[str, Any]:
        """The fields of a row; in an ``untyped`` one those in ``numbers`` that look whole become so.

        Raises:
            NotRendered: ``label:…``, where labels are mapped and this row's is not among them.
        """
        fields = {**data, **self._constants}
        for name, source in self._columns.items():
            found = [_at(data, each) for each in ([source] if isinstance(source, str) else source)]
            if None not in found or isinstance(source, str):
                fields[name] = found[0] if isinstance(source, str) else found
            if isinstance(source, str) and found[0] is None and _absent(data, source):
                del fields[name]
        for name, separator in self._separate.items():
            if isinstance(fields.get(name), str):
                fields[name] = [each.strip() for each in fields[name].split(separator)]
        if self._names:
            fields[LABELS] = list(self._names)
            fields[LABEL] = self._label(fields.get(LABEL))
        if untyped:
            fields |= {name: _number(fields[name]) for name in numbers if name in fields}
        return fields

    def _label(self, value: Any) -> Any:
        """The number of a label that has a name here; another one is left to the template's own check."""
        found = str(value) if self._mapping else value.strip().casefold() if isinstance(value, str) else None
        if found in self._numbers:
            return self._numbers[found]
        if self._mapping:
            reason = "label:unlabelled" if is_unlabelled(value) else "label:out_of_range"
            raise NotRendered(reason, f"the row's label {value!r} is none of {', '.join(self._numbers)}")
        return value


def _at(data: Mapping[str, Any], path: str) -> Any:
    """The value at ``path``: a column, or a way into one (``answers.text.0``)."""
    if path in data:
        return data[path]
    value: Any = data
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _absent(data: Mapping[str, Any], path: str) -> bool:
    return path.partition(".")[0] not in data and path not in data


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else value
