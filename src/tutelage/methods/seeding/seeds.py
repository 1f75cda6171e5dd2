"""Seeds: the instructions, questions or tasks that a user brings, from any file that holds such things.

A text file has one a line; rows may be in any format that :mod:`tutelage.rows` reads, in Self-Instruct's form
(``instruction``, ``instances``, ``is_classification``), or hold no more than an instruction or a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.records import UNKNOWN_LICENCE, Example, Message, digest
from tutelage.rows import Row, read_rows, to_example

# Fields that ask alone, and those that stand beside one of them where no format is met.
_ASKS = ("instruction", "question", "query", "prompt", "inputs")
_INPUTS = ("input", "context")
_ANSWERS = ("answer", "response")
# A row that has one of these is in a format that the rows' own reader knows.
_OF_A_FORMAT = {"messages", "conversations", "completion", "output", "targets"}


@dataclass(frozen=True, slots=True)
class Seed:
    """One seed. ``is_classification`` is ``None`` where nobody said."""

    instruction: str
    input: str = ""
    output: str = ""
    is_classification: bool | None = None
    licence: str = UNKNOWN_LICENCE

    @property
    def id(self) -> str:
        """A name by its content: two equal seeds are one."""
        return digest("seed", self.instruction, self.input, self.output)

    @property
    def question(self) -> str:
        """Instruction and input, as a person would send them."""
        return f"{self.instruction}\n{self.input}" if self.input else self.instruction

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Seed:
        """The inverse of :meth:`as_dict`."""
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row asks: its conversation up to the last user turn, and the two parts of that turn."""

    messages: tuple[Message, ...]
    instruction: str
    input: str = ""
    licence: str = UNKNOWN_LICENCE


def read_seeds(path: Path) -> list[Seed]:
    """The seeds of a file in their order, each content once. Of a conversation the first user turn counts.

    Raises:
        BadInput: the file cannot be read, a row holds no instruction, or there is no seed at all.
    """
    return distinct(_seed(row) for row in read_rows(path))


def each_asked(path: Path) -> Iterator[Asked]:
    """What every row of a file asks, in its order, equal ones too; read as it is consumed.

    Raises:
        BadInput: the file cannot be read, or a row asks nothing.
    """
    for row in read_rows(path):
        example = _example(row)
        last = max((n for n, each in enumerate(example.messages) if each.role == "user"), default=-1)
        if last < 0 or not example.messages[last].content.strip():
            raise _asks_nothing(row)
        yield Asked(example.messages[: last + 1], example.instruction, example.input, example.licence)


def distinct(seeds: Iterable[Seed]) -> list[Seed]:
    """``seeds`` in their order, each content once."""
    found: dict[str, Seed] = {}
    for seed in seeds:
        found.setdefault(seed.id, seed)
    return list(found.values())


def _seed(row: Row) -> Seed:
    example, kind = _example(row), row.data.get("is_classification")
    users = [each.content for each in example.messages if each.role == "user"]
    if len(users) == 1:
        parts = (example.instruction.strip(), example.input.strip(), example.output.strip())
    else:
        parts = (users[0].strip() if users else "", "", "")
    if not parts[0]:
        raise _asks_nothing(row)
    return Seed(*parts, kind if isinstance(kind, bool) else None, example.licence)


def _example(row: Row) -> Example:
    """The row as an example; its answer may be empty."""
    data = {name: value for name, value in row.data.items() if value is not None}
    if "instances" in data:
        return _of_task(row, data)
    turns = data.get("prompt")
    if isinstance(turns, list) and "completion" not in data:  # a prompt-only row in turns, as TRL has them
        return to_example(data | {"messages": turns}, row.place)
    if not _OF_A_FORMAT & set(data) and any(name in data for name in _ASKS):
        asked, given, wanted = (_first(row, data, names) for names in (_ASKS, _INPUTS, _ANSWERS))
        return _single(asked, given, wanted, data)
    try:
        return to_example(data, row.place)
    except BadInput as error:
        if _OF_A_FORMAT & set(data):
            raise
        raise BadInput(
            f"this seed has no instruction; its keys are {', '.join(map(repr, row.data)) or '(none)'}",
            where=row.place,
            remedy=f"name the field that asks one of {', '.join(_ASKS)}",
        ) from error


def _of_task(row: Row, data: Mapping[str, Any]) -> Example:
    """Self-Instruct's form; of several instances the first."""
    instances = data["instances"]
    instruction = _first(row, data, ("instruction",))
    first = instances[0] if isinstance(instances, list) and instances else None
    if not instruction or not isinstance(first, Mapping):
        raise BadInput(
            "a seed task needs 'instruction' and at least one of 'instances' with 'input' and 'output'",
            where=row.place,
            remedy="complete the task, or drop the row",
        )
    filled = {name: value for name, value in first.items() if value is not None}
    given, wanted = (_first(row, filled, (name,)) for name in ("input", "output"))
    return _single(instruction, given, wanted, data)


def _single(asked: str, given: str, wanted: str, data: Mapping[str, Any]) -> Example:
    licence = str(data.get("licence") or data.get("license") or UNKNOWN_LICENCE)
    return Example.single_turn(asked, wanted, id="", input=given, licence=licence)


def _first(row: Row, data: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first of the fields ``names`` that is filled."""
    for name in names:
        value = data.get(name, "")
        if not isinstance(value, str):
            raise BadInput(
                f"'{name}' is no text: {str(value)[:80]!r}",
                where=row.place,
                remedy=f"write '{name}' as a text",
            )
        if value.strip():
            return value.strip()
    return ""


def _asks_nothing(row: Row) -> BadInput:
    return BadInput("this seed has no instruction", where=row.place, remedy="write one, or drop the row")
