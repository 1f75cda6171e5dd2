"""The options of a row and the right one among them, as published sets of multiple-choice questions write it.

Options are a list (``options``, ``choices``, ``endings``), a mapping with ``text`` and ``label`` (ARC),
a list as
JSON in a cell, or a column each. The right one is a letter, a number, a label, or the text of the option.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from tutelage.errors import BadInput, nearest

_OPTIONS = ("options", "choices", "endings")
_RIGHT = ("answer", "label", "answerKey", "correct", "gold")
_SHOWN = 60  # characters of a value that an error shows


def options_of(row: Mapping[str, Any], names: Sequence[str], place: str) -> tuple[list[str], list[str]]:
    """The options, and their labels (``A``, ``B``, … where the row has none).

    Raises:
        BadInput: there is no such column, or fewer than two options, or more than 26, or two alike.
    """
    for name in names:
        if name not in row:
            raise BadInput(f"this row has no column '{name}'", where=place, remedy=nearest(name, row))
    if len(names) > 1:
        found: Any = [row[name] for name in names]
    else:
        name = names[0] if names else next((each for each in _OPTIONS if row.get(each)), "")
        if not name:
            raise BadInput(
                f"no column of this row is known to hold options: {', '.join(row)}",
                where=place,
                remedy="name it: options: NAME, or options: [A, B, C, D]",
            )
        found = _parsed(row[name])
    labels = None
    if isinstance(found, Mapping):
        found, labels = found.get("text"), found.get("label")
    if not isinstance(found, list) or not 2 <= len(found) <= len(ascii_uppercase):
        raise BadInput(
            f"options must be a list of 2 to 26 texts, and these are {str(found)[:_SHOWN]!r}",
            where=place,
            remedy="mend this row, or name another column with options: NAME",
        )
    texts = [str(each) for each in found]
    if len(set(texts)) < len(texts) or not all(text.strip() for text in texts):
        raise BadInput(
            f"two options are alike, or one is empty: {texts!r}"[: 4 * _SHOWN],
            where=place,
            remedy="mend this row",
        )
    fits = isinstance(labels, list) and len(labels) == len(texts)
    return texts, [str(each) for each in labels] if fits and labels else list(ascii_uppercase[: len(texts)])


def _parsed(value: Any) -> Any:
    """A list written as JSON in a cell of a table, or the value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def right_of(
    row: Mapping[str, Any], name: str, options: Sequence[str], labels: Sequence[str], first: int, place: str
) -> int:
    """The index of the right option, from 0.

    Raises:
        BadInput: there is no such column, or it names no option.
    """
    name = name or next((each for each in _RIGHT if row.get(each) not in (None, "")), "")
    if name not in row:
        raise BadInput(
            f"this row has no column '{name}'"
            if name
            else "no column of this row says which option is right",
            where=place,
            remedy="name it: right: NAME",
        )
    value = row[name]
    text = str(value).strip()
    by_number = isinstance(value, int) or (text.isdigit() and text not in labels and text not in options)
    if by_number and 0 <= int(text) - first < len(options):
        return int(text) - first
    for known in (list(labels), [each.strip() for each in options], list(ascii_uppercase[: len(options)])):
        if text in known:
            return known.index(text)
    if text.upper().strip("(). ") in labels:
        return list(labels).index(text.upper().strip("(). "))
    raise BadInput(
        f"'{name}' names no option: {text[:_SHOWN]!r}",
        where=place,
        remedy=f"give a letter of {', '.join(labels)}, a number from {first}, or the option's text",
    )
