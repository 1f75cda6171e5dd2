"""Evol-Instruct under kills: rewriting never gives the same text twice, and a share of it is eliminated."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tutelage.teachers.teacher import Request

TARGET = 40
_SEEDS = 12


def settings(folder: Path) -> dict[str, Any]:
    file = folder / "seeds.txt"
    file.write_text("\n".join(f"Tell me about thing {number}." for number in range(_SEEDS)), "utf-8")
    return {"seeds_file": file, "rounds": 12, "per_round": 10}


def answer(request: Request, chance: random.Random) -> str:
    said = request.messages[-1].content
    tag = f"{chance.getrandbits(40):010x}"
    if said.startswith("Here are two requests."):
        return "SAME" if chance.random() < 0.1 else "DIFFERENT"
    if "new request" in said:
        asked = said.rpartition("\n\n")[2]
        if chance.random() < 0.1:
            return asked
        tags = " ".join(f"{chance.getrandbits(24):06x}" for _ in range(6))
        return f"{asked.partition('.')[0]}. Say how it bears on {tags}."
    return "I'm sorry, I cannot say." if chance.random() < 0.1 else f"It is known to be {tag}."
