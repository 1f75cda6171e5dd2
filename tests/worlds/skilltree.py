"""SkillTree's world: a small tree that is explored, skills at its leaves, and short questions on them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tutelage.teachers.teacher import Request

TARGET = 60


WORDS = ("packing", "asking", "reading", "waiting", "finding", "paying", "planning", "resting", "sleeping")


def settings(folder: Path) -> dict[str, Any]:
    lists = {"skills_per_leaf": 3, "query_types": "shipped"}
    return {"domain": "travel", "depth": 2, "breadth": [3, 2], "turns": "short", **lists}


def answer(request: Request, chance: random.Random) -> str:
    said = request.messages[0].content
    lists = "map of a field" in said or "Topic:" in said
    if lists:
        if chance.random() < 0.1:
            return " "
        return "\n".join(" ".join(chance.sample(WORDS, 3)) + ": because" for _ in range(4))
    if chance.random() < 0.2:
        return "Sorry."
    number = chance.getrandbits(64)
    return f"### Instruction\nWhat is {number} used for?\n### Response\nNobody has said so yet."
