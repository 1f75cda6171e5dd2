"""Settings from a recipe, ``--set`` and options: which wins, and how a wrong one is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutelage.cli.tune_settings import build_settings
from tutelage.errors import BadInput

RECIPE = """
teacher: {model: a}
method: skillmix
tune: {base: models/b, method: {kind: lora, rank: 4}, epochs: 2}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "r.yaml"
    path.write_text(RECIPE)
    return path


def built(*sets: str, recipe: Path | None = None, **options: Any) -> Any:
    return build_settings(recipe, sets, options)


def test_options_win_over_sets_and_those_over_the_recipe(recipe: Path) -> None:
    plain = built(recipe=recipe)
    assert (plain.base, plain.epochs, plain.tuning.rank) == ("models/b", 2, 4)
    laid = built("tune.epochs=5", "lora.alpha=8", recipe=recipe, base="smollm2", method="lora")
    assert (laid.base, laid.epochs, laid.tuning.rank, laid.tuning.alpha) == ("smollm2", 5, 4, 8)
    assert built("tune.epochs=5", epochs=1.5).epochs == 1.5
    other = built(recipe=recipe, method="ia3")
    assert (other.tuning.kind, other.epochs) == ("ia3", 2)


def test_what_lies_beside_the_recipe_is_found_there(recipe: Path) -> None:
    (recipe.parent / "models" / "b").mkdir(parents=True)
    assert built(recipe=recipe).base == str(recipe.parent / "models" / "b")


def test_a_preset_stands_below_what_is_said_beside_it(tmp_path: Path) -> None:
    assert built(preset="skillmix-paper").epochs == 15
    assert built("tune.batch=1", preset="skillmix-paper", epochs=1.0).batch == 1
    path = tmp_path / "p.yaml"
    path.write_text("teacher: {model: a}\nmethod: skillmix\ntune: {preset: skillmix-paper, seed: 1}\n")
    other = built(recipe=path, preset="explore-paper")
    assert (other.epochs, other.batch, other.seed) == (3, 128, 1)


def test_zero_biases_are_added_for_bitfit() -> None:
    assert built(method="bitfit", add_biases=True).tuning.add_biases
    with pytest.raises(BadInput, match="'bitfit' is not in use"):
        built(add_biases=True)


@pytest.mark.parametrize(
    ("sets", "options", "told", "remedy", "where"),
    [
        (["tune.epoch=1"], {}, "unknown key 'epoch'", "did you mean 'epochs'", "--set tune.epoch"),
        (["lora.rnk=1"], {}, "unknown key 'rnk'", "did you mean 'rank'", "method lora"),
        (["lroa.rank=1"], {}, "'lroa' cannot be set", "did you mean 'lora'", "--set lroa"),
        (["ia3.targets=[a]"], {}, "'ia3' is not in use", "in use: lora", "--set ia3"),
        (["tune=5"], {}, "has settings of its own", "tune.KEY", "--set tune"),
        ([], {"method": "lorra"}, "no method called 'lorra'", "did you mean 'lora'", "method lorra"),
        ([], {"epochs": -1.0}, "greater than 0", "", "--epochs -1.0"),
        ([], {"gguf": "q4"}, "'f16'", "", "--gguf q4"),
        (["tune.preset=paper"], {}, "no preset called 'paper'", "", "tune"),
    ],
)
def test_what_is_wrong_is_told_where_it_was_said(
    sets: list[str], options: dict[str, Any], told: str, remedy: str, where: str
) -> None:
    with pytest.raises(BadInput) as caught:
        built(*sets, **options)
    assert told in caught.value.what
    assert remedy in caught.value.remedy
    assert where in caught.value.where


def test_a_recipe_without_the_section(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("teacher: {model: a}\nmethod: skillmix\n")
    with pytest.raises(BadInput, match="no section 'tune'"):
        built(recipe=path)
