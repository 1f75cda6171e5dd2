"""The world of ``expand``: every reply lists other requests, some of them unfit."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tutelage.teachers.teacher import Request

TARGET = 60
WORDS = ("river", "stone", "lamp", "garden", "train", "letter", "winter", "market", "violin", "bread")


def settings(folder: Path) -> dict[str, Any]:
    return {"demonstrations": 3, "per_call": 4}


def answer(request: Request, chance: random.Random) -> str:
    if "new requests that other people" not in request.messages[0].content:
        return f"Here is what I know: {chance.random()}."
    if chance.random() < 0.1:
        return ""
    lines = [f"{n}. Explain the {' '.join(chance.sample(WORDS, 6))} to me." for n in range(1, 5)]
    if chance.random() < 0.3:
        lines[1] = "2. Draw me a picture of a boat."
    return "\n".join(lines)
