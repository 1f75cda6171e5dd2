"""The world of ``respond``: forty questions, one of them twice, and a teacher that is empty now and then."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tutelage.filters.duplicate import Duplicate
from tutelage.teachers.teacher import Request

TARGET = 45
NEEDS_FILTERS = (Duplicate(on="row"),)


def settings(folder: Path) -> dict[str, Any]:
    path = folder / "asked.txt"
    asked = [f"What is the square of {number}?" for number in range(40)]
    path.write_text("\n".join([*asked, asked[0]]) + "\n", encoding="utf-8")
    return {"seeds_file": str(path), "candidates": 2}


def answer(request: Request, chance: random.Random) -> str:
    return "" if chance.random() < 0.2 else f"It is {chance.random()}."
