"""One execution of a method in its world, as a process that can be killed: see test_methods_under_kills.py.

A world is a module ``tests/worlds/<kind>.py`` with

    TARGET                              accepted examples wanted
    settings(folder) → dict             the method's settings; files it needs are written into ``folder``
    answer(request, chance) → str       the teacher; ``chance`` makes two answers differ
    NEEDS_FILTERS = (…)                 optional, filters in place of the duplicate filter
"""

from __future__ import annotations

import asyncio
import importlib
import os
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tutelage.filters.duplicate import Duplicate
from tutelage.recipe.kinds import build
from tutelage.recipe.model import Recipe
from tutelage.recipe.settings import PaceOptions, Patience
from tutelage.runs.stages import execute
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request


def recipe_for(kind: str, folder: Path, concurrency: int = 8, target: int | None = None) -> Recipe:
    """The recipe of the world of ``kind``, whose answers are slow and never twice alike."""
    world = importlib.import_module(f"worlds.{kind}")

    async def answer(request: Request) -> Any:
        chance = random.Random(os.urandom(16))
        await asyncio.sleep(chance.uniform(0.002, 0.03))
        return world.answer(request, chance)

    folder.mkdir(parents=True, exist_ok=True)
    method: Any = build("methods", kind, world.settings(folder), "the world")
    pace: Any = PaceOptions(concurrency=concurrency)
    return Recipe(
        name="law",
        teacher=Scripted.of(answer, label="world"),
        method=method,
        filters=getattr(world, "NEEDS_FILTERS", (Duplicate(on="row"),)),
        target=target or world.TARGET,
        pace=pace,
        patience=Patience(**{"yield": 0}),
    )


if __name__ == "__main__":
    kind, folder, out, concurrency = sys.argv[1:]
    result = asyncio.run(execute(recipe_for(kind, Path(folder), int(concurrency)), Path(out)))
    print(result.state)
