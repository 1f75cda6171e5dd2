"""The contract of a method: it plans items and writes examples for each.

    prepare(desk, seed) → materials     once, before planning: skill lists, a tree, seeds
    plan(round, state)  → items         empty: finished
    write(item, ask)    → examples or rejections
    report(materials, kept) → what to tell   at the end; optional

A *stream* (``adaptive = False``) is planned once, in round 0, as an iterable of items that is consumed
lazily and in order. An *adaptive* method is planned in rounds; each round sees what earlier rounds
accepted. A method sees models only through ``ask`` and never stores, filters or counts.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from tutelage.asking import Ask, Desk
from tutelage.plugins import Kind
from tutelage.records import Example, Item, Rejection

Language = Literal["en", "zh"]


@dataclass(frozen=True)
class Materials:
    """What ``prepare`` made. ``files`` maps a file name to its text: they are written beside the dataset
    so that a person may read, edit and feed them back. ``content`` is the method's own object.
    ``rejections`` are replies that could not be used; ``licences`` those of the data that was read."""

    content: Any = None
    files: dict[str, str] = field(default_factory=dict)
    rejections: Sequence[Rejection] = ()
    licences: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """What a method tells of a finished dataset. ``lines`` are a label and a text each, for the card and the
    terminal; ``details`` are JSON-able and go into ``report.json`` beside the dataset."""

    lines: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """What planning may look at: the recipe's seed and target, the materials, the items that this run
    planned before (in their order), and the examples that earlier rounds accepted (in item order)."""

    seed: int
    target: int
    materials: Materials
    planned: Sequence[Item] = ()
    accepted: Sequence[Example] = ()


class Method(Kind, ABC):
    """A way to write instruction data; see the module text for the order of calls."""

    adaptive: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("chat",)  # names of Abilities that the teacher must have
    grows_by: ClassVar[str] = "more seeds, questions, cells or rows"  # what an exhausted plan asks of a user

    language: Language = "en"
    system: str = ""  # put before every conversation, where it is not empty
    prompts: Mapping[str, str] = {}  # own wording by step name, in place of the shipped file

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """Gather what planning needs; calls go through ``desk`` and are paid once."""
        return Materials()

    @abstractmethod
    def plan(self, round: int, state: State) -> Iterable[Item]:
        """The items of ``round`` in order.

        A plan once drawn stays: items of ``state.planned`` that are still possible come first and in
        their order, so an added seed never moves finished work (see docs/decisions).
        """

    def report(self, materials: Materials, kept: Iterable[Example]) -> Report:
        """What there is to tell about the examples that were kept; nothing, unless a method has a measure of
        its own. It follows from the arguments alone, so that a replay tells the same."""
        return Report()

    @abstractmethod
    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        """Carry out one item."""
