from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.recipe import load, parse
from tutelage.recipe.model import from_tree

TEXT = "teacher: {model: a}\nmethod: {kind: skillmix, skills_file: skills.txt}\nexport: {title: T}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "skills.txt").write_text("rhyme", encoding="utf-8")
    made = tmp_path / "notes.yaml"
    made.write_text(TEXT, encoding="utf-8")
    return made


@pytest.mark.parametrize(
    "pair",
    ["name=other", "budget.money=1", "pace.tries=2", "patience.window=5", "export.title=X",
     "teacher.timeout=9", "teacher.api_key_env=OTHER", "prices.a={prompt: 1, completion: 1}"],
)  # fmt: skip
def test_what_cannot_change_the_data_is_not_in_the_fingerprint(path: Path, pair: str) -> None:
    assert load(path, [pair]).fingerprint == load(path).fingerprint


@pytest.mark.parametrize(
    "pair",
    ["seed=1", "target=5", "language=zh", "teacher.model=b", "teacher.temperature=0.5", "judge.model=b",
     "method.k=3", "method.system=x", "filters=[shape]", "novelty.threshold=0.5", "export.formats=alpaca"],
)  # fmt: skip
def test_what_decides_the_data_is(path: Path, pair: str) -> None:
    assert load(path, [pair]).fingerprint != load(path).fingerprint


def test_files_count_by_content_and_not_by_place(path: Path, tmp_path: Path) -> None:
    before = load(path)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.copy(path, moved / "notes.yaml")
    shutil.copy(tmp_path / "skills.txt", moved / "skills.txt")
    assert load(moved / "notes.yaml").fingerprint == before.fingerprint
    (tmp_path / "skills.txt").write_text("haiku", encoding="utf-8")
    assert load(path).fingerprint != before.fingerprint
    assert load(path).sections()["method"] != before.sections()["method"]
    assert load(path).sections()["filters"] == before.sections()["filters"]


def test_the_tree_is_json_and_makes_the_recipe_again(path: Path) -> None:
    recipe = load(path, ["student=gguf", "prices.a={prompt: 1, completion: 2}", "budget.calls=3"])
    tree = json.loads(json.dumps(recipe.tree()))
    again = from_tree(tree)
    assert again.tree() == tree
    assert again.fingerprint == recipe.fingerprint
    assert (again.teacher, again.method, again.filters) == (recipe.teacher, recipe.method, recipe.filters)


def test_a_changed_file_is_not_taken_for_the_old_one(path: Path, tmp_path: Path) -> None:
    tree = load(path).tree()
    (tmp_path / "skills.txt").write_text("haiku", encoding="utf-8")
    with pytest.raises(BadInput, match="gone or has changed"):
        from_tree(tree)
    (tmp_path / "skills.txt").unlink()
    with pytest.raises(BadInput, match="gone or has changed"):
        from_tree(tree)


def test_sections_cover_every_key() -> None:
    recipe = parse("teacher: {model: a}\nmethod: skillmix\n", "r")
    assert list(recipe.sections()) == list(recipe.tree())
