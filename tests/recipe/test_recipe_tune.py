"""The key ``tune`` of a recipe: read, laid over, stored, compared, and no part of the dataset's identity."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.recipe import changes, load, parse, schema
from tutelage.recipe.changes import ALL_STAY
from tutelage.recipe.drafting import PRESETS, Wishes, draft
from tutelage.recipe.model import data_part, from_tree


@pytest.fixture(autouse=True)
def toy_kinds() -> None:
    """In place of the toys: what is tested are the shipped ways to tune."""


PLAIN = "teacher: {model: a}\nmethod: skillmix\n"
WITH = f"{PLAIN}tune:\n  epochs: 2\n  method: {{kind: lora, rank: 4}}\n"


def test_it_is_read_with_its_defaults() -> None:
    assert parse(PLAIN, "r").tune is None
    plain = parse(f"{PLAIN}tune: {{}}\n", "r").tune
    assert plain is not None
    assert (plain.method, plain.base) == ("lora", "smollm2")
    found = parse(WITH, "r", ["lora.alpha=8", "tune.seed=7"]).tune
    assert found is not None
    assert (found.epochs, found.seed) == (2, 7)
    assert found.method == {"kind": "lora", "rank": 4, "alpha": 8}


@pytest.mark.parametrize(
    ("pair", "method"),
    [
        ("tune.method=full", "full"),
        ("tune.method.kind=ia3", {"kind": "ia3"}),
        ("tune.method.rank=8", {"kind": "lora", "rank": 8}),
        ("lora.rank=8", {"kind": "lora", "rank": 8}),
    ],
)
def test_its_method_is_laid_over_like_any_kind(pair: str, method: object) -> None:
    found = parse(WITH, "r", [pair]).tune
    assert found is not None
    assert found.method == method


def test_a_name_alone_takes_settings_and_a_preset_names_the_method() -> None:
    short = parse(f"{PLAIN}tune: {{method: ia3}}\n", "r", ["ia3.targets=[k_proj]"]).tune
    assert short is not None
    assert short.method == {"kind": "ia3", "targets": ["k_proj"]}
    with pytest.raises(BadInput, match="'lora' is neither"):
        parse(f"{PLAIN}tune: {{preset: skillmix-paper}}\n", "r", ["lora.rank=8"])
    with pytest.raises(BadInput, match="'lora' is neither"):
        parse(PLAIN, "r", ["lora.rank=8"])


def test_it_is_no_part_of_the_dataset_and_comes_back_from_the_tree() -> None:
    recipe, plain = parse(WITH, "r"), parse(PLAIN, "r")
    assert recipe.fingerprint == plain.fingerprint
    assert "tune" not in plain.tree()
    assert data_part(recipe.tree()) == data_part(plain.tree()) == plain.tree()
    again = from_tree(json.loads(json.dumps(recipe.tree())))
    assert again.tune == recipe.tune
    preset = parse(f"{PLAIN}tune: {{preset: explore-paper, batch: 8}}\n", "r")
    assert from_tree(json.loads(json.dumps(preset.tree()))).tune == preset.tune


def test_a_change_of_it_leaves_all_calls_valid() -> None:
    (change,) = changes(parse(WITH, "r").tree(), parse(WITH, "r", ["tune.epochs=1"]).tree())
    assert (change.path, change.old, change.new) == ("tune.epochs", 2, 1)
    assert ALL_STAY in change.touches
    (came,) = changes(parse(PLAIN, "r").tree(), parse(WITH, "r").tree())
    assert came.path == "tune"


@pytest.mark.parametrize(
    ("text", "sets", "told", "where"),
    [
        ("tune: {epoch: 2}", [], "did you mean 'epochs'", "r:3:8"),
        ("tune:\n  method: lorra", [], "did you mean 'lora'", "r:4:3"),
        ("tune:\n  method: {kind: lora, rnk: 3}", [], "did you mean 'rank'", "r:4:24"),
        ("tune:\n  method: {rank: 3}", [], "the key 'kind' is missing|expected the name of a kind", "r:4"),
        ("tune: {epochs: no}", [], "a number", "r:3:8"),
        ("tune: {preset: papers}", [], "no preset called 'papers'", "r:3:1"),
        ("tune: 5", [], "tune", "r:3:1"),
        ("tune: {}", ["lora.rank=none"], "tune.method.rank", "--set lora.rank"),
        ("tune: {}", ["tune.batch=0"], "tune.batch", "--set tune.batch"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, sets: list[str], told: str, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(f"{PLAIN}{text}\n", "r", sets)
    assert any(each in str(caught.value) for each in told.split("|"))
    assert where in caught.value.where


def test_what_lies_beside_the_recipe_is_found_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "t.jinja").write_text("x")
    path = tmp_path / "r.yaml"
    others = "method: {kind: intrinsic, shared_from: [model, elsewhere]}"
    path.write_text(f"{PLAIN}tune: {{base: model, template: t.jinja, {others}}}\n")
    found = load(path).tune
    assert found is not None
    assert (found.base, found.template) == (str(tmp_path / "model"), str(tmp_path / "t.jinja"))
    assert isinstance(found.method, dict)
    assert found.method["shared_from"] == [str(tmp_path / "model"), "elsewhere"]


def test_the_schema_names_the_methods() -> None:
    choices = schema()["$defs"]["TuneSettings"]["properties"]["method"]["anyOf"]
    assert "lora" in choices[0]["enum"]
    assert {"$ref": "#/$defs/tuning.lora"} in choices


@pytest.mark.parametrize("preset", PRESETS)
def test_the_drafted_section_is_a_good_one_when_it_is_uncommented(preset: str) -> None:
    text = draft(Wishes("x", preset=preset, domain="cooking"))
    head, mark, rest = text.partition("# tune:")
    assert mark
    section = f"tune:{rest}".replace("\n# ", "\n")
    assert parse(head + section, "r").tune is not None
