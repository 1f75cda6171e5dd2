"""The questions of benchmark files, whatever their fields are called.

A field of turns (``turns`` of MT-Bench, ``messages``, ``conversations``, ``conversation_input`` of WildBench)
gives one question for every user turn; a field of text gives one, with the ``input`` that stands beside it or
in its ``instances``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.errors import BadInput, nearest
from tutelage.rows import Row, read_rows

# The first field of a row that is not null gives its questions.
TURN_FIELDS = ("turns", "messages", "conversations", "conversation_input")
TEXT_FIELDS = ("instruction", "question", "prompt", "problem", "query", "inputs", "text")
_ASKING = frozenset({"user", "human"})
_KEYS_SHOWN = 12


class Question(NamedTuple):
    """One question; ``place`` is ``file:line``, with ``turn N`` behind it where a row has several."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of some files in their order, and the places of those that are empty."""

    found: tuple[Question, ...]
    empty: tuple[str, ...]


def read_questions(files: Sequence[Path]) -> Questions:
    """All questions of ``files``; a question without a letter or digit counts as empty.

    Raises:
        BadInput: a file that cannot be read or that holds no question; MissingExtra for Parquet.
    """
    found: list[Question] = []
    empty: list[str] = []
    for path in files:
        before = len(found)
        keys: dict[str, None] = {}
        for row in read_rows(path):
            keys.update(dict.fromkeys(row.data))
            for question in questions_of(row):
                filled = any(map(str.isalnum, question.text))
                found.append(question) if filled else empty.append(question.place)
        if len(found) == before:
            raise _no_question(path, list(keys))
    return Questions(tuple(found), tuple(empty))


def questions_of(row: Row) -> Iterator[Question]:
    """The questions of one row; a row without any gives one that is empty.

    Raises:
        BadInput: a field of questions is neither text nor turns.
    """
    for name in (*TURN_FIELDS, *TEXT_FIELDS):
        value = row.data.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            yield from _with_inputs(row, value)
        else:
            yield from _asked(row, name, value)
        return
    yield Question(row.place, "")


def _with_inputs(row: Row, text: str) -> Iterator[Question]:
    """``text`` with the ``input`` beside it, or once for each input of its ``instances``."""
    instances = row.data.get("instances")
    inputs = [row.data.get("input")]
    if isinstance(instances, list):
        inputs = [each.get("input") for each in instances if isinstance(each, Mapping)] or inputs
    for number, extra in enumerate(inputs, start=1):
        place = f"{row.place} instance {number}" if len(inputs) > 1 else row.place
        yield Question(place, f"{text}\n{extra}" if isinstance(extra, str) and extra else text)


def _asked(row: Row, name: str, value: Any) -> Iterator[Question]:
    """The user turns of a list; turns that are plain text are all the user's."""
    if not isinstance(value, Sequence):
        raise _unreadable(row, name, value)
    texts = [text for number, turn in enumerate(value) if (text := _turn(row, f"{name}[{number}]", turn))]
    for number, text in enumerate(texts, start=1):
        yield Question(f"{row.place} turn {number}" if len(texts) > 1 else row.place, text)
    if not texts:
        yield Question(row.place, "")


def _turn(row: Row, name: str, turn: Any) -> str:
    if isinstance(turn, str):
        return turn
    if not isinstance(turn, Mapping):
        raise _unreadable(row, name, turn)
    content = turn.get("content", turn.get("value"))
    if isinstance(content, list):  # typed parts: the images among them ask nothing
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    if content is not None and not isinstance(content, str):
        raise _unreadable(row, name, turn)
    return content if content and turn.get("role", turn.get("from")) in _ASKING else ""


def _unreadable(row: Row, name: str, value: Any) -> BadInput:
    shown = repr(value)
    return BadInput(
        f"'{name}' must be a text or a list of turns, but it is {shown[:80]}{'…' if len(shown) > 80 else ''}",
        where=row.place,
        remedy="mend this row, or give a file of questions",
    )


def _no_question(path: Path, keys: list[str]) -> BadInput:
    known = (*TURN_FIELDS, *TEXT_FIELDS)
    guesses = (nearest(key, known) for key in keys if key not in known)
    hint = next((guess for guess in guesses if "did you mean" in guess), "")
    shown = ", ".join(map(repr, keys[:_KEYS_SHOWN])) + (" …" if len(keys) > _KEYS_SHOWN else "")
    return BadInput(
        f"the file holds no question; its rows have the keys {shown}",
        where=str(path),
        remedy=f"name the field of the question one of {', '.join(known)}" + (f"; {hint}" if hint else ""),
    )
