"""Previews: paid once, and their forecasts cover what the run then takes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from toy import answering, recipe_of
from tutelage.recipe.settings import Price
from tutelage.runs.preview import preview
from tutelage.runs.stages import execute
from tutelage.store.reading import run_row, totals
from tutelage.teachers.scripted import Scripted


async def test_what_a_preview_asked_is_not_paid_again(tmp_path: Path):
    teacher = Scripted.of(answering())
    recipe = recipe_of(teacher, target=30)
    seen = await preview(recipe, tmp_path, items=8)
    assert (seen.items, len(seen.examples), teacher.calls) == (8, 8, 8)
    assert run_row(tmp_path).state == "previewed"
    assert not (tmp_path / "dataset").exists()
    result = await execute(recipe, tmp_path)
    assert result.replayed == 8
    assert teacher.calls == 8 + result.sent


async def test_a_preview_of_a_finished_run_leaves_it_finished(tmp_path: Path):
    recipe = recipe_of(target=5)
    await execute(recipe, tmp_path)
    await preview(recipe, tmp_path, items=3)
    assert run_row(tmp_path).state == "finished"


async def _is_covered(seed: int, folder: Path) -> bool:
    rng = random.Random(seed)
    teacher = Scripted.of(answering(share_bad=rng.uniform(0, 0.6), seed=seed), label="priced")
    recipe = recipe_of(
        teacher,
        target=rng.choice([40, 90]),
        prices={"priced": Price(prompt=2.0, completion=8.0)},
        toy={"turns": rng.choice([1, 2, 3]), "gather": True},
    )
    told = (await preview(recipe, folder)).forecast
    result = await execute(recipe, folder)
    true = totals(folder)
    decided = result.accepted + sum(result.rejected.values())
    return (
        told is not None
        and told.calls.covers(true["sent"])
        and told.tokens.covers(true["prompt_tokens"] + true["completion_tokens"])
        and told.cost.covers(true["cost"])
        and told.accepted_share.covers(result.accepted / decided)
    )


async def test_forecasts_cover_the_truth_in_seventeen_of_twenty_worlds(tmp_path: Path):
    covered = [await _is_covered(seed, tmp_path / str(seed)) for seed in range(20)]
    assert sum(covered) >= 17


@pytest.mark.parametrize("items", [1, 2])
async def test_even_one_item_gives_a_forecast(tmp_path: Path, items: int):
    seen = await preview(recipe_of(), tmp_path, items=items)
    assert seen.forecast is not None
    assert seen.as_json()["forecast"]["calls"]["high"] >= 10
