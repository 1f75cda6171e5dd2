"""One execution of a run whose judge never says the same twice, as a process that can be killed."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from judge import grades
from toy import Toy
from tutelage.filters.duplicate import Duplicate
from tutelage.filters.keywords import Keywords
from tutelage.filters.quality import Quality
from tutelage.recipe.model import Recipe
from tutelage.recipe.settings import PaceOptions
from tutelage.runs.stages import execute
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request


async def _written(request: Request) -> str:
    chance = random.SystemRandom()
    await asyncio.sleep(chance.uniform(0.002, 0.02))
    return f"It is known to be {chance.choice(['red', 'blue', 'round'])} {chance.random()}."


async def _judged(request: Request) -> str:
    chance = random.SystemRandom()
    await asyncio.sleep(chance.uniform(0.002, 0.02))
    return chance.choice(["Fine.", grades(2), grades(4), grades(5), grades(4, clear=1)])


def recipe_for(concurrency: int, target: int) -> Recipe:
    """Teacher and judge by chance, cheap filters before the judge and one with memory behind it."""
    pace: Any = PaceOptions(concurrency=concurrency)
    return Recipe(
        name="law",
        teacher=Scripted.of(_written, label="writer"),
        judge=Scripted.of(_judged, label="judge"),
        method=Toy(names=tuple(f"name{number}" for number in range(4000))),
        filters=(Keywords(banned=("round",)), Quality(), Duplicate(on="row")),
        target=target,
        pace=pace,
    )


if __name__ == "__main__":
    out, concurrency, target = sys.argv[1:]
    result = asyncio.run(execute(recipe_for(int(concurrency), int(target)), Path(out)))
    print(result.state)
