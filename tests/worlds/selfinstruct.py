"""The world of ``selfinstruct``: tasks of both sorts, instances with every fault, and near copies.

Words are few, so that what a round accepted decides what the next one may accept.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tutelage.filters.duplicate import Duplicate
from tutelage.teachers.teacher import Request

TARGET = 60
NEEDS_FILTERS = (Duplicate(on="row"),)
WORDS = ["river", "stone", "lamp", "garden", "train", "letter", "winter", "market", "violin", "bread"]


def settings(folder: Path) -> dict[str, Any]:
    return {"per_call": 4, "requests": 3, "instances": 2}


def answer(request: Request, chance: random.Random) -> str:
    said = request.messages[0].content
    if "new tasks of different kinds" in said:
        verbs = ("Explain", "Compare", "Rank", "Describe", "Sort")
        lines = [f"{n}. {chance.choice(verbs)} the {' '.join(chance.sample(WORDS, 6))}." for n in range(1, 5)]
        return "" if chance.random() < 0.1 else "\n".join(lines)
    if "classification task, that is" in said:
        return "maybe" if chance.random() < 0.1 else chance.choice(["Yes", "No.", " yes"])
    label, given = ("Class label", "Input") if "class labels first" in said else ("Output", "Input")
    made = []
    for number in range(1, 4):
        wanted = "" if chance.random() < 0.2 else f"value {chance.randint(1, 9)}"
        pair = [f"{given}: text {chance.randint(1, 3)}", f"{label}: {wanted}"]
        made.append("\n".join([f"Example {number}", *pair]))
    return "\n\n".join(made)
