"""A model's name on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.recipe.binding import bind


@pytest.fixture(autouse=True)
def toy_kinds() -> None:
    """The real kinds, in place of those that the other tests of this folder use."""


def test_a_kind_before_a_colon() -> None:
    model = bind("openai:gpt-4o-mini", "judge", {"temperature": 0.0})
    assert (model.kind, model.name, model.defaults.temperature) == ("openai", "gpt-4o-mini", 0.0)


def test_the_embedded_model_and_a_file(tmp_path: Path) -> None:
    assert bind("smollm2", "student").kind == "gguf"
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    assert bind(str(tmp_path / "m.gguf"), "student").name == "m"


def test_a_file_of_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("- {when: '.', reply: 'yes, it is'}\n")
    assert bind(f"scripted:{tmp_path / 'rules.yaml'}", "student").kind == "scripted"


def test_a_recipe_gives_the_model_of_the_role_or_its_teacher(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("method: {kind: skillmix}\nteacher: {model: big}\njudge: {model: wise}\n")
    assert bind(str(recipe), "judge").name == "wise"
    assert bind(str(recipe), "student").name == "big"


@pytest.mark.parametrize("name", ["gpt-4o", "nobody:gpt", "no/such/folder", ""])
def test_what_names_no_model_is_refused_with_what_would(name: str) -> None:
    with pytest.raises(BadInput, match="names no model") as caught:
        bind(name, "judge")
    assert "KIND:MODEL" in caught.value.remedy


def test_settings_that_the_kind_does_not_take() -> None:
    with pytest.raises(BadInput, match="temprature"):
        bind("openai:gpt", "judge", {"temprature": 1})
