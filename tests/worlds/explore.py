"""A world for Explore-Instruct: a tree to start from, names and batches that are never twice alike."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

from tutelage.methods.trees.tree import Node, Tree, render_tree
from tutelage.teachers.teacher import Request

TARGET = 60
WORDS = [
    "harbour",
    "violin",
    "glacier",
    "market",
    "engine",
    "orchard",
    "lantern",
    "voyage",
    "bakery",
    "storm",
]


def settings(folder: Path) -> dict[str, Any]:
    """A tree of three tasks, one of them pruned, that is grown in breadth and depth."""
    rows = [{"instruction": "Describe a harbour.", "input": "", "output": "Ships and gulls."}]
    tree = Tree(Node("Describing places", "", rows, [Node("Old towns"), Node("Ruins", pruned="true")]))
    (folder / "tree.json").write_text(render_tree(tree), encoding="utf-8")
    return {"tree_file": str(folder / "tree.json"), "depth": 2, "breadth": [3, 2], "per_call": 2, "batch": 4}


def answer(request: Request, chance: random.Random) -> str:
    """Now and then a reply that cannot be read, or one that is refused."""
    said = request.messages[-1].content
    if chance.random() < 0.1:
        return "No."
    if "Task to" in said:
        return "\n".join(f"- {_phrase(chance, 3)}: it belongs there" for _ in range(chance.randint(1, 3)))
    wanted = re.search(r"Write (\d+) ", said)
    return "\n\n".join(_example(chance) for _ in range(int(wanted[1]) if wanted else 1))


def _example(chance: random.Random) -> str:
    return (
        f"Instruction: Describe the {_phrase(chance, 5)}.\nInput: None\nOutput: It is {_phrase(chance, 6)}."
    )


def _phrase(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(WORDS, k=length))
