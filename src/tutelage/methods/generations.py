"""Who may be evolved in a generation: the pool of Evol-Instruct, worked out from what was accepted so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutelage.methods.seeding.seeds import Seed
from tutelage.records import Example


@dataclass(frozen=True, slots=True)
class Parent:
    """What may be evolved. ``root`` is the seed it comes from."""

    id: str
    question: str
    root: str


def pool(seeds: Sequence[Seed], accepted: Sequence[Example], round: int, *, retry: bool) -> dict[str, Parent]:
    """The parents of ``round`` by id, in order: those that wait, then the newest children.

    A child that was accepted takes its parent's place; with ``retry`` a parent without one waits
    on. Every example of ``accepted`` tells its ``round`` in its cell, and ``parent`` and ``seed`` in
    its lineage.
    """
    parents = {each.id: Parent(each.id, each.question, each.id) for each in seeds}
    for earlier in range(round):
        children = [each for each in accepted if each.cell["round"] == str(earlier)]
        done = {each.lineage["parent"] for each in children}
        waiting = [each for each in parents.values() if retry and each.id not in done]
        parents = {each.id: each for each in waiting}
        for child in children:
            parents[child.id] = Parent(child.id, child.instruction, child.lineage["seed"])
    return parents
