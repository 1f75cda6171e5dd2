"""The skills at the leaves of a tree of tasks, as JSON that a person reads, edits and feeds back.

    {"Packing light": ["choosing fabrics", "weighing needs"], "Reading timetables": ["…"]}

A skill belongs to one leaf: the first, in the order of the tree, that named it. So no example holds one skill
twice, and use can be balanced inside each leaf. A leaf that is left with none serves as its own skill.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.methods.mixing.near_forms import form, readable
from tutelage.methods.mixing.skills import Skill, SkillList
from tutelage.methods.trees.tree import name_key
from tutelage.methods.trees.tree_json import read_json

_WRITE = 'write {"a leaf": ["a skill", "another skill"]}'


@dataclass(frozen=True)
class LeafSkills:
    """The names of the skills by leaf, in the order of the tree. ``aliases`` knows the merged names."""

    of: Mapping[str, tuple[str, ...]]
    aliases: SkillList = field(default_factory=lambda: SkillList(()))

    @property
    def count(self) -> int:
        """All skills."""
        return sum(len(names) for names in self.of.values())

    def find(self, skill: str) -> tuple[str, int] | None:
        """The leaf that a skill belongs to, under any of its names, and its number there."""
        known = self.aliases.find(skill)
        return self._places.get(form(known.name if known else skill))

    def number(self, leaf: str, skill: str) -> int | None:
        """The number of a skill in ``leaf``; ``None`` if it belongs elsewhere."""
        place = self.find(skill)
        return place[1] if place and place[0] == leaf else None

    def as_list(self) -> SkillList:
        """All skills as one list, with the aliases of those that were merged."""
        found = (self.aliases.find(name) or Skill(name) for names in self.of.values() for name in names)
        return SkillList(tuple(found))

    def render(self) -> str:
        """JSON that :func:`read_leaf_skills` reads back."""
        return json.dumps(
            {leaf: list(names) for leaf, names in self.of.items()}, ensure_ascii=False, indent=1
        )

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        return {
            form(name): (leaf, number) for leaf, names in self.of.items() for number, name in enumerate(names)
        }


def assigned(named: Mapping[str, Sequence[Skill]], merged: SkillList) -> LeafSkills:
    """Every skill of ``merged`` at the first leaf that named it; the name of a leaf is no skill elsewhere."""
    taken = {form(leaf) for leaf in named}
    of: dict[str, tuple[str, ...]] = {}
    for leaf, skills in named.items():
        own: list[str] = []
        for skill in skills:
            known = merged.find(skill.name)
            if known and form(known.name) not in taken:
                taken.add(form(known.name))
                own.append(known.name)
        of[leaf] = tuple(own) or (readable(leaf) or leaf,)
    return LeafSkills(of, merged)


def read_leaf_skills(path: Path) -> dict[str, list[Skill]]:
    """The skills of each leaf that a file names.

    Raises:
        BadInput: no such file, no JSON, or no lists of skills by leaf.
    """
    document = read_json(path)
    if not isinstance(document, Mapping) or not document:
        raise BadInput("these are no skills by leaf", where=str(path), remedy=_WRITE)
    return {" ".join(leaf.split()): _listed(names, f"{path}: {leaf}") for leaf, names in document.items()}


def _listed(names: Any, where: str) -> list[Skill]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadInput(f"these are no names: {str(names)[:60]!r}", where=where, remedy=_WRITE)
    return [Skill(plain) for name in names if (plain := readable(name))]


def at_leaves(leaves: Sequence[str], given: Mapping[str, list[Skill]], where: str) -> dict[str, list[Skill]]:
    """``given`` under the names that the tree has for its leaves, whatever their case and spacing.

    Raises:
        BadInput: the tree has no such leaf.
    """
    known = {name_key(leaf): leaf for leaf in leaves}
    found = {}
    for name, skills in given.items():
        if name_key(name) not in known:
            raise BadInput(f"the tree has no leaf called '{name}'", where=where, remedy=nearest(name, leaves))
        found[known[name_key(name)]] = skills
    return found
