"""Self-chat: persons who ask, fall out of their part or say goodbye; answers, of which some are empty."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

TARGET = 20
WORDS = [
    *("tide", "moon", "bread", "yeast", "prime", "chess", "garden"),
    *("winter", "bicycle", "letter", "music", "salt", "river", "glass"),
]


def settings(folder: Path) -> dict[str, Any]:
    seeds = folder / "seeds.txt"
    seeds.write_text("\n".join(f"What about topic {number}?" for number in range(40)), encoding="utf-8")
    return {"seeds_file": str(seeds), "rounds": [2, 4]}


def answer(request: Any, chance: random.Random) -> str:
    said = " ".join(chance.choices(WORDS, k=12))
    if "You play a person" not in request.messages[0].content:
        return "" if chance.random() < 0.03 else f"It is known that {said}."
    luck = chance.random()
    if luck < 0.08:
        return "Thanks, bye! [END]"
    return "Sure! How can I help you?" if luck < 0.15 else f"And how do {said} go together?"
