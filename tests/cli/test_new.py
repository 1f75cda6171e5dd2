from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run
from tutelage.errors import BadInput
from tutelage.recipe import load
from tutelage.recipe.drafting import Wishes, draft


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("preset", ["small", "paper", "local"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_it_writes_is_a_good_recipe(here: Path, preset: str, language: str) -> None:
    domain = 'a "quoted": domain, with # and 中文'
    assert run(["new", "notes", "--preset", preset, "--language", language, "--domain", domain]) == 0
    recipe = load(here / "notes.yaml")
    assert (recipe.name, recipe.language, recipe.method.language) == ("notes", language, language)
    assert getattr(recipe.method, "domain", None) == domain
    method = recipe.method
    assert (method.kind, method.k) == ("skilltree", 2)
    if preset == "paper":
        assert (recipe.target, method.turns, method.temperature) == (4000, "full", 1.0)
    elif preset == "local":
        assert (method.turns, recipe.teacher.kind) == ("single-turn", "gguf")
    else:
        assert recipe.target <= 100


def test_without_a_domain_it_is_skillmix(here: Path) -> None:
    assert run(["new", "notes"]) == 0
    assert load(here / "notes.yaml").method.kind == "skillmix"


def test_nothing_is_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "notes.yaml").write_text("mine", encoding="utf-8")
    assert run(["new", "notes"]) == 2
    assert (here / "notes.yaml").read_text("utf-8") == "mine"
    assert "--out" in capsys.readouterr().err
    assert run(["new", "notes", "--out", "other.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"out": "other.yaml"}


def test_faults(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "notes", "--method", "skillmx"]) == 2
    assert "did you mean 'skillmix'" in capsys.readouterr().err
    assert run(["new", "a/b", "--out", "notes.yaml"]) == 2
    assert "without slashes" in capsys.readouterr().err
    assert run(["new", "notes", "--out", "none/notes.yaml"]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(("method", "key"), [("respond", "seeds_file"), ("visual", "data_file")])
def test_a_required_file_has_a_placeholder_that_is_named_where_it_is_missing(
    method: str, key: str, tmp_path: Path
) -> None:
    text = draft(Wishes("x", method))
    assert f"  {key}: FILE.jsonl   # required: a file of yours; see `tutelage kinds {method}`\n" in text
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"FILE\.jsonl"):
        load(tmp_path / "x.yaml")


def test_a_domain_is_written_or_said_to_be_of_no_use() -> None:
    assert '  domain: "tea"\n' in draft(Wishes("x", "explore", domain="tea"))
    assert '  # fill has no setting for a domain: "tea" is not used\n' in draft(
        Wishes("x", "fill", domain="tea")
    )


def test_what_a_method_misses_beside_its_defaults_is_said() -> None:
    assert "  # required: nothing says what to explore (domain); give a domain" in draft(
        Wishes("x", "explore")
    )
    assert "# required" not in draft(Wishes("x", "explore", domain="tea"))
