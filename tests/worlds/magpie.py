"""Magpie under kills: the model asks itself something new every time, and sometimes nothing."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tutelage.teachers.teacher import Request

TARGET = 40


def settings(folder: Path) -> dict[str, Any]:
    return {"topics": ["tides", "bees"], "turns": 2, "requests": 400}


def answer(request: Request, chance: random.Random) -> str:
    tag = f"{chance.getrandbits(40):010x}"
    if request.prompt is None:
        return f"It is known to be {tag}."
    return "" if chance.random() < 0.2 else f"What is known\nabout {tag}?"
