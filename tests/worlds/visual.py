"""The world of ``visual``: pictures of shapes, and a teacher that sometimes gives its source away."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tutelage.teachers.teacher import Request

TARGET = 40


def settings(folder: Path) -> dict[str, Any]:
    """Rows without pictures: the files need not be there."""
    rows = [{"image": f"{number}.png", "captions": [f"Shape number {number}."]} for number in range(20)]
    file = folder / "rows.json"
    file.write_text(json.dumps(rows), "utf-8")
    return {"data_file": file, "rounds": 2, "check_files": False}


def answer(request: Request, chance: random.Random) -> str:
    said = request.messages[-1].content
    tag = f"{chance.getrandbits(40):010x}"
    if chance.random() < 0.15:
        return f"Person: What is it?\nAssistant: The caption says {tag}."
    if '"Person:"' not in said:
        return f"It is a shape called {tag}."
    turns = 2 if "Write a conversation" in said else 1
    pairs = [f"Person: Is it {tag} or {n}?\nAssistant: It is the shape {tag}." for n in range(turns)]
    return "\n".join(pairs)
