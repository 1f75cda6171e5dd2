from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "notes.yaml"
    path.write_text("teacher: {model: gpt-4o-mini}\nmethod: skillmix\n", encoding="utf-8")
    return path


def test_a_good_recipe(
    recipe: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    assert run(["validate", str(recipe)]) == 0
    told = capsys.readouterr()
    assert "100 examples by skillmix with gpt-4o-mini" in told.out
    assert told.err == ""


def test_a_missing_key_is_a_warning(
    recipe: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert run(["validate", str(recipe), "--json", "--set", "target=7"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["valid"], found["target"], found["roles"]) == (True, 7, {"teacher": "gpt-4o-mini"})
    assert "OPENAI_API_KEY" in found["warnings"][0]
    assert run(["validate", str(recipe)]) == 0
    assert "warning: " in capsys.readouterr().err


def test_the_schema_needs_no_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--schema"]) == 0
    assert "methods.skillmix" in json.loads(capsys.readouterr().out)["$defs"]
    assert run(["validate"]) == 2


def test_a_bad_recipe(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe.write_text("teacher: {modle: x}\nmethod: skillmix\n", encoding="utf-8")
    assert run(["validate", str(recipe), "--json"]) == 2
    said = json.loads(capsys.readouterr().out)["error"]
    assert "did you mean 'model'" in said["what"]
    assert said["exit"] == 2


def test_a_model_file_that_is_not_there(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe.write_text("teacher: {kind: gguf, model: /none/x.gguf}\nmethod: skillmix\n", encoding="utf-8")
    assert run(["validate", str(recipe)]) == 2
    assert "x.gguf" in capsys.readouterr().err


def test_a_bound_on_money_needs_a_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("teacher: {model: nobody-knows-9}\nmethod: skillmix\nbudget: {money: 1}\n", "utf-8")
    assert run(["validate", str(recipe)]) == 2
    assert "nobody-knows-9" in capsys.readouterr().err


def test_a_place_inside_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "half.jsonl").write_text('{"instruction": "Name a tree."}\n{"instruction": "Na', "utf-8")
    recipe = tmp_path / "r.yaml"
    recipe.write_text("teacher: {model: m}\nmethod: {kind: selfinstruct, seeds_file: half.jsonl}\n", "utf-8")
    assert run(["validate", str(recipe)]) == 2
    assert "half.jsonl:2" in capsys.readouterr().err
