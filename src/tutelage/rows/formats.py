"""What a row says: every dataset format that we export, read as an :class:`Example`.

A row is taken for the first format in this order whose fields it has; a field that is null counts as absent:

    native              messages, instruction, cell, lineage     our provenance rows (``Example.as_dict``)
    messages            messages                                 OpenAI style: role / content
    sharegpt            conversations                            from / value, roles human / gpt / system
    prompt-completion   prompt, completion                       two texts, or two lists of messages
    alpaca              instruction, output                      with input, system, history
    p3                  inputs, targets                          as P3 and FLAN name them
    text                text, and no field of those above        a question without an answer

Where a row says one thing twice, a turn inside the conversation wins over a field beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from tutelage.errors import BadInput, nearest
from tutelage.records import UNKNOWN_LICENCE, Example, Finish, Message, Role, digest
from tutelage.rows.reading import Row
from tutelage.rows.turns import read_turns, text_field, with_images, wrong_type

FORMATS: dict[str, tuple[str, ...]] = {
    "native": ("messages", "instruction", "cell", "lineage"),
    "messages": ("messages",),
    "sharegpt": ("conversations",),
    "prompt-completion": ("prompt", "completion"),
    "alpaca": ("instruction", "output"),
    "p3": ("inputs", "targets"),
    "text": ("text",),
}

_NATIVE_TEXTS = ("id", "instruction", "input", "method", "item", "teacher", "licence")


def recognise(data: Mapping[str, Any], place: str = "") -> str:
    """The name (a key of :data:`FORMATS`) of the format that ``data`` is in.

    Raises:
        BadInput: no format fits; the message says which came nearest and what it lacks.
    """
    present = {name for name, value in data.items() if value is not None}
    others = {field for name, fields in FORMATS.items() if name not in ("native", "text") for field in fields}
    for name, fields in FORMATS.items():
        if present.issuperset(fields) and not (name == "text" and present & others):
            return name
    raise _unrecognised(list(data), present, place)


def _unrecognised(keys: list[str], present: set[str], place: str) -> BadInput:
    if keys and not present:
        return BadInput("every field of this row is null", where=place, remedy="fill it, or delete the row")
    halves = [name for name, fields in FORMATS.items() if present.intersection(fields) and name != "native"]
    what = f"no known format has the keys {', '.join(map(repr, keys)) or '(none)'}"
    if halves:
        lacking = next(field for field in FORMATS[halves[0]] if field not in present)
        spare = [key for key in keys if key not in FORMATS[halves[0]]]
        hint = f"; {nearest(lacking, spare)}" if "did you mean" in nearest(lacking, spare) else ""
        return BadInput(
            f"a row of the format '{halves[0]}' lacks the key '{lacking}'{hint}",
            where=place,
            remedy=f"add '{lacking}', or rename the field that holds it; the keys here are "
            + ", ".join(map(repr, keys)),
        )
    known = "; ".join(f"{name}: {', '.join(fields)}" for name, fields in FORMATS.items() if name != "native")
    return BadInput(what, where=place, remedy=f"use the fields of one format ({known})")


def to_example(data: Mapping[str, Any], place: str, occurrence: int = 0) -> Example:
    """``data``, a row that stands at ``place``, as an example.

    Its id is its own ``id`` where that is a text, else the digest of its messages and ``occurrence``. Where
    a row has no cell, its file's name is one: ``{"file": name}``. A ``lineage`` that is an object comes
    along. Only native rows know why they ended; elsewhere ``finish`` is ``other``.

    Raises:
        BadInput: no format fits, or a field is of the wrong type; names the place, the field and its value.
    """
    shape = recognise(data, place)
    if shape == "native":
        return _native(data, place)
    messages, instruction, extra_input = _READERS[shape](data, place)
    messages = with_images(messages, data, place)
    own, lineage = data.get("id"), data.get("lineage")
    return Example(
        id=own if isinstance(own, str) and own else _content_id(messages, occurrence),
        messages=messages,
        instruction=instruction,
        input=extra_input,
        cell=_cell(data, place),
        licence=text_field(data, "licence", place) or text_field(data, "license", place) or UNKNOWN_LICENCE,
        finish="other",
        lineage=dict(lineage) if isinstance(lineage, Mapping) else {},
    )


class Naming:
    """Gives the examples of one pass ids that differ, so that a witness is one row and no other."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def example(self, row: Row) -> Example:
        """The example of ``row``.

        The second row with the same content counts as its occurrence 1; the second with the same id of its
        own becomes ``id#1``.

        Raises:
            BadInput: as :func:`to_example`.
        """
        example = to_example(row.data, row.place)
        own = row.data.get("id") == example.id
        name = hashlib.blake2b(example.id.encode("utf-8", "surrogatepass"), digest_size=12).digest()
        occurrence = self._seen[name]
        self._seen[name] += 1
        if not occurrence:
            return example
        fresh = f"{example.id}#{occurrence}" if own else _content_id(example.messages, occurrence)
        return Example.from_dict(example.as_dict() | {"id": fresh})


def _content_id(messages: Sequence[Message], occurrence: int) -> str:
    return digest([message.as_dict() for message in messages], occurrence)


_Read = tuple[tuple[Message, ...], str, str]  # messages, instruction, input


def _native(data: Mapping[str, Any], place: str) -> Example:
    finish = data.get("finish", "stop")
    if finish not in get_args(Finish):
        raise wrong_type(place, "finish", finish, f"one of {', '.join(get_args(Finish))}")
    lineage = data["lineage"]
    if not isinstance(lineage, Mapping):
        raise wrong_type(place, "lineage", lineage, "an object")
    texts = {name: text_field(data, name, place) for name in _NATIVE_TEXTS}
    messages = read_turns(data["messages"], "messages", place)
    texts["id"] = texts["id"] or _content_id(messages, 0)
    texts["licence"] = texts["licence"] or UNKNOWN_LICENCE
    return Example(messages=messages, cell=_cell(data, place), finish=finish, lineage=dict(lineage), **texts)


def _messages(data: Mapping[str, Any], place: str) -> _Read:
    return _conversation(data, read_turns(data["messages"], "messages", place), place)


def _sharegpt(data: Mapping[str, Any], place: str) -> _Read:
    return _conversation(data, read_turns(data["conversations"], "conversations", place), place)


def _prompt_completion(data: Mapping[str, Any], place: str) -> _Read:
    turns: list[Message] = []
    roles: tuple[tuple[str, Role], ...] = (("prompt", "user"), ("completion", "assistant"))
    for key, role in roles:
        if isinstance(data[key], str):
            turns.append(Message(role, data[key]))
        else:
            turns.extend(read_turns(data[key], key, place))
    return _conversation(data, tuple(turns), place)


def _alpaca(data: Mapping[str, Any], place: str) -> _Read:
    instruction = text_field(data, "instruction", place)
    extra = text_field(data, "input", place)
    turns: list[Message] = []
    history = data.get("history") or []
    if not isinstance(history, list):
        raise wrong_type(place, "history", history, "a list of pairs: question and answer")
    for number, pair in enumerate(history):
        if not (isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(p, str) for p in pair)):
            raise wrong_type(place, f"history[{number}]", pair, "a pair of texts: question and answer")
        turns += [Message("user", pair[0]), Message("assistant", pair[1])]
    turns.append(Message("user", f"{instruction}\n{extra}" if extra else instruction))
    turns.append(Message("assistant", text_field(data, "output", place)))
    return _conversation(data, tuple(turns), place)[0], instruction, extra


def _p3(data: Mapping[str, Any], place: str) -> _Read:
    question, answer = text_field(data, "inputs", place), text_field(data, "targets", place)
    return _conversation(data, (Message("user", question), Message("assistant", answer)), place)


def _plain(data: Mapping[str, Any], place: str) -> _Read:
    return _conversation(data, (Message("user", text_field(data, "text", place)),), place)


_READERS: dict[str, Callable[[Mapping[str, Any], str], _Read]] = {
    "messages": _messages,
    "sharegpt": _sharegpt,
    "prompt-completion": _prompt_completion,
    "alpaca": _alpaca,
    "p3": _p3,
    "text": _plain,
}


def _conversation(data: Mapping[str, Any], turns: tuple[Message, ...], place: str) -> _Read:
    """The turns with the row's ``system`` before them where they have none; the last user turn asks."""
    system = text_field(data, "system", place)
    if system and (not turns or turns[0].role != "system"):
        turns = (Message("system", system), *turns)
    asked = next((turn.content for turn in reversed(turns) if turn.role == "user"), "")
    return turns, asked, ""


def _cell(data: Mapping[str, Any], place: str) -> dict[str, str]:
    """The row's own cell (an object, or the JSON text of one in a flat column), else that of its file."""
    cell = data.get("cell")
    if isinstance(cell, str) and cell.startswith("{"):
        try:
            cell = json.loads(cell)
        except json.JSONDecodeError as error:
            raise wrong_type(place, "cell", cell, "an object of texts") from error
    if cell is None or cell == "":
        return {"file": Path(place.rpartition(":")[0]).name}
    if not isinstance(cell, Mapping):
        raise wrong_type(place, "cell", cell, "an object of texts")
    for name, value in cell.items():
        if not isinstance(value, str):
            raise wrong_type(place, f"cell.{name}", value, "a text")
    return dict(cell)
