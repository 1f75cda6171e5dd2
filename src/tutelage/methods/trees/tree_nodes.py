"""A tree of tasks: its nodes, the ways to look at it, and what a node must be.

A task is known by its name, which is unique in the tree whatever its case and spacing; so ``{"task": name}``
is the cell of an example. Depth counts from 0 at the root. A tree is a working object: whoever grows one
that was handed to it works on a :meth:`Tree.copy`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tutelage.errors import BadInput
from tutelage.methods.seeding.seeds import Seed
from tutelage.records import UNKNOWN_LICENCE

MAX_DEPTH = 64
"""Levels below the root that a tree may have: far more than any exploration makes."""
MAX_NAME = 200  # characters
_SHOWN = 60  # characters of a bad value that an error quotes


@dataclass(slots=True)
class Node:
    """One task.

    ``reason`` says why it belongs under its parent. ``examples`` hold ``instruction``, ``input`` and
    ``output``, and any further field that a file had. ``pruned`` says by whom or why the task was taken out
    (empty: it was not): it gets no examples and leaves in no dataset, but its children stay. ``extra`` are
    the fields of its file that are not ours.
    """

    name: str
    reason: str = ""
    examples: list[dict[str, Any]] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    pruned: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def seeds(self) -> list[Seed]:
        """The examples as seeds; a ``licence`` of the example goes before one of the task."""
        licence = self.extra.get("licence", UNKNOWN_LICENCE)
        return [
            Seed(
                each["instruction"], each["input"], each["output"], licence=str(each.get("licence", licence))
            )
            for each in self.examples
        ]


class Visit(NamedTuple):
    """A node where it stands: ``path`` are the names from the root to it, both included."""

    node: Node
    parent: Node | None
    depth: int
    path: tuple[str, ...]


@dataclass(slots=True)
class Tree:
    """A root and all below it."""

    root: Node

    def walk(self) -> Iterator[Visit]:
        """Every node in pre-order: a task, then its first child with all below it, and so on."""
        ahead = [Visit(self.root, None, 0, (self.root.name,))]
        while ahead:
            visit = ahead.pop()
            yield visit
            node, _, depth, path = visit
            ahead += [Visit(each, node, depth + 1, (*path, each.name)) for each in reversed(node.children)]

    def tasks(self) -> list[Visit]:
        """The nodes in pre-order, without the pruned ones."""
        return [visit for visit in self.walk() if not visit.node.pruned]

    def leaves(self) -> list[Visit]:
        """The tasks that are not pruned and have none below them that is not, in pre-order."""
        tasks = self.tasks()
        inner = {name for visit in tasks for name in visit.path[:-1]}
        return [visit for visit in tasks if visit.node.name not in inner]

    def find(self, name: str) -> Visit | None:
        """The task of that name, in any case and spacing."""
        wanted = name_key(name)
        return next((visit for visit in self.walk() if name_key(visit.node.name) == wanted), None)

    def copy(self) -> Tree:
        """A tree with nodes and lists of its own; the examples themselves are shared."""
        return Tree(_copied(self.root))

    @property
    def task_count(self) -> int:
        """All nodes, root and pruned ones included."""
        return sum(1 for _ in self.walk())

    @property
    def example_count(self) -> int:
        """The examples of all nodes."""
        return sum(len(visit.node.examples) for visit in self.walk())

    @property
    def depth(self) -> int:
        """The depth of the deepest node; 0 for a root alone."""
        return max(visit.depth for visit in self.walk())


def _copied(node: Node) -> Node:
    children = [_copied(each) for each in node.children]
    return Node(node.name, node.reason, list(node.examples), children, node.pruned, dict(node.extra))


def name_key(name: str) -> str:
    """What makes two names one: their letters, whatever the case and spacing."""
    return " ".join(name.split()).casefold()


def shown(value: object) -> str:
    """``value`` as an error quotes it."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def checked_name(value: object, where: str) -> str:
    """``value`` as a task's name, with single spaces.

    Raises:
        BadInput: it is no text, empty, too long, or has a control character in it.
    """
    if not isinstance(value, str):
        raise BadInput(
            f"a task's name must be a text, but this is {shown(value)}", where=where, remedy="name the task"
        )
    name = " ".join(value.split())
    if not name or not name.isprintable():
        raise BadInput(
            f"{shown(value)} is no name for a task", where=where, remedy="write a few words on one line"
        )
    if len(name) > MAX_NAME:
        raise BadInput(
            f"this name has {len(name)} characters, {MAX_NAME} are allowed: {shown(name)}",
            where=where,
            remedy="give the task a short name, and put the rest into its 'reason'",
        )
    return name


def checked_text(value: object, name: str, where: str) -> str:
    """``value`` as a text; nothing at all is an empty one.

    Raises:
        BadInput: it is something else.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(f"'{name}' must be a text, but this is {shown(value)}", where=where, remedy="quote it")
    return value


def checked_examples(value: object, where: str) -> list[dict[str, Any]]:
    """``value`` as a list of examples, each with ``instruction``, ``input`` and ``output``.

    Raises:
        BadInput: it is no list, or an entry has no instruction or holds something else than texts there.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInput(
            f"'examples' must be a list, but this is {shown(value)}",
            where=where,
            remedy='write "examples": [{"instruction": "…", "input": "", "output": "…"}]',
        )
    return [_checked_example(each, f"{where}.examples[{number}]") for number, each in enumerate(value)]


def _checked_example(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise BadInput(
            f"an example must be an object, but this is {shown(value)}",
            where=where,
            remedy='write {"instruction": "…", "input": "", "output": "…"}',
        )
    example = dict(value)
    for name in ("instruction", "input", "output"):
        example[name] = checked_text(example.get(name), name, where)
    if not example["instruction"].strip():
        raise BadInput("this example has no instruction", where=where, remedy="write one, or delete it")
    return example


class Names:
    """The names that are taken, each with its place, so that a second one is told where the first stands."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}

    def take(self, name: str, where: str) -> None:
        """Take ``name``.

        Raises:
            BadInput: another task has it.
        """
        first = self._places.setdefault(name_key(name), where)
        if first != where:
            raise BadInput(
                f"two tasks are called '{name}'",
                where=f"{where}; the other: {first}",
                remedy="give each task a name of its own, for example with the parent's name in it",
            )
