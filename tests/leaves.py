"""Leaves with skills, plans over them, and what must hold of such plans: for the tests of SkillTree."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations as subsets
from itertools import islice
from pathlib import Path
from typing import Any

from tutelage.methods.method import Materials, State
from tutelage.methods.skilltree import SkillTree
from tutelage.records import Item

TYPES = ("Advice", "Plan", "Review")


def no_calls(call: Any) -> str:
    raise AssertionError(f"nothing should be asked: {call.stage}")


def skills_file(folder: Path, leaves: int, skills: int = 3) -> Path:
    file = folder / "skills.json"
    of = {f"leaf {n:02}": [f"skill {n:02}{'abcdefg'[m]}" for m in range(skills)] for n in range(leaves)}
    file.write_text(json.dumps(of), encoding="utf-8")
    return file


def tree_file(folder: Path, *children: Any) -> Path:
    file = folder / "tree.json"
    file.write_text(json.dumps({"name": "travel", "children": children}), encoding="utf-8")
    return file


def items(
    method: SkillTree, made: Materials, count: int = 10_000, planned: tuple[Item, ...] = ()
) -> list[Item]:
    return list(islice(method.plan(0, State(1, count, made, planned)), count))


def pairs(plan: list[Item]) -> Counter[tuple[str, str]]:
    return Counter(pair for item in plan for pair in subsets(sorted(set(item.payload["leaves"])), 2))


def check_balance(plan: list[Item]) -> None:
    """Inside each leaf, skills are used equally often to within one, at every moment."""
    uses: dict[str, Counter[str]] = {}
    skills: dict[str, set[str]] = {}
    for item in plan:
        for leaf, skill in zip(item.payload["leaves"], item.payload["skills"], strict=True):
            skills.setdefault(leaf, set()).add(skill)
    for item in plan:
        for leaf, skill in zip(item.payload["leaves"], item.payload["skills"], strict=True):
            of = uses.setdefault(leaf, Counter())
            of[skill] += 1
            assert max(of.values()) - min(of[each] for each in skills[leaf]) <= 1
