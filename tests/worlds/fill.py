"""The world of ``fill``: a dataset with gaps, and a teacher whose requests are often unfit."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tutelage.teachers.teacher import Request

TARGET = 40
_TASKS = [f"kind {number} of story" for number in range(14)]


def settings(folder: Path) -> dict[str, Any]:
    rows = [
        {"instruction": f"Tell me a {task} about {n} cats.", "output": "Once.", "cell": {"task": task}}
        for task in _TASKS[:4]
        for n in range(3)
    ]
    (folder / "data.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "cells.json").write_text(json.dumps([{"task": task} for task in _TASKS]), encoding="utf-8")
    return {"data_file": folder / "data.json", "cells_file": folder / "cells.json", "per_cell": 5}


def answer(request: Request, chance: random.Random) -> str:
    said = request.messages[-1].content
    if "Write only the request" not in said and "could not use your reply" not in said:
        return "" if chance.random() < 0.05 else f"Once there was a number, {chance.random()}."
    if chance.random() < 0.3:
        return ""
    return f"Please invent something with {' '.join(f'{chance.getrandbits(24):06x}' for _ in range(5))}."
