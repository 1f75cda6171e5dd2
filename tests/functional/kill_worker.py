"""One execution of a toy run against a server, as a process that can be killed: see test_replay_law.py."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from toy import Toy
from tutelage.filters.duplicate import Duplicate
from tutelage.filters.novelty import Novelty
from tutelage.recipe.model import Recipe
from tutelage.recipe.settings import PaceOptions
from tutelage.runs.stages import execute
from tutelage.teachers.openai import OpenAI


def recipe_for(url: str, concurrency: int, target: int) -> Recipe:
    """Two turns an item, filters with memory, and answers that are never twice alike."""
    pace: Any = PaceOptions(concurrency=concurrency)
    teacher = OpenAI(base_url=url, model="loopback", max_tokens=100, label="never-twice-alike")
    filters = (Duplicate(on="row"), Novelty(threshold=0.9))
    method = Toy(names=tuple(f"name{number}" for number in range(4000)), turns=2, gather=True)
    return Recipe(name="law", teacher=teacher, method=method, filters=filters, target=target, pace=pace)


if __name__ == "__main__":
    url, out, concurrency, target = sys.argv[1:]
    result = asyncio.run(execute(recipe_for(url, int(concurrency), int(target)), Path(out)))
    print(result.state)
