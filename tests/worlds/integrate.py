"""Labelled rows through our templates, with worked examples; the teacher is never asked."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tutelage.teachers.teacher import Request

TARGET = 300


def settings(folder: Path) -> dict[str, Any]:
    rows = [f"the letter of day {number} about parcel {number * 7},{number % 3 - 1}" for number in range(600)]
    path = folder / "letters.csv"
    path.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return {"data_file": path, "family": "classification", "labels": ("ham", "spam"), "shots": 2}


def answer(request: Request, chance: random.Random) -> str:
    raise AssertionError("integration asks nobody")
