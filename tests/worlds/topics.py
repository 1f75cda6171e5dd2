"""Topics grown by asking, each to sub-topics and questions, each question to a dialogue."""

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
    return {"topics": 3, "subtopics": 4, "questions": 4, "rounds": [2, 3]}


def answer(request: Any, chance: random.Random) -> str:
    first, last = request.messages[0].content, request.messages[-1].content
    if "broad topics" in last or "narrower topics" in last:
        return "\n".join(f"- {' '.join(chance.sample(WORDS, 3))}" for _ in range(5))
    if "different questions" in last:
        return "\n".join(f"{n}. Why do {' '.join(chance.sample(WORDS, 5))} matter?" for n in range(1, 5))
    said = " ".join(chance.choices(WORDS, k=12))
    if "You play a person" in first:
        return "[END]" if chance.random() < 0.08 else f"And how do {said} go together?"
    return "" if chance.random() < 0.03 else f"It is known that {said}."
