"""The recipes that we show are recipes that we read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tutelage.recipe import load, parse
from tutelage.recipe.overrides import KEYS
from tutelage.recipe.settings import Budget, PaceOptions
from tutelage.recipe.source import read

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_good_recipe(path: Path) -> None:
    recipe = load(path)
    assert recipe.fingerprint
    assert path.read_text("utf-8").startswith("#"), "an example says first what it is for"


def test_the_quickstart_needs_no_key_and_leaves_the_filters_alone() -> None:
    recipe = load(ROOT / "examples" / "quickstart.yaml")
    assert recipe.teacher.kind == "gguf"
    assert [each.kind for each in recipe.filters] == ["shape", "language", "duplicate", "novelty"]
    assert all(each == type(each)() for each in recipe.filters)
    assert recipe.target >= 20


def test_the_guide_shows_every_key_and_what_it_shows_is_read() -> None:
    text = (ROOT / "docs" / "guide" / "recipe.md").read_text("utf-8")
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    recipe = parse(shown, "recipe.md")
    written = read(shown, "recipe.md").data
    assert set(written) == set(KEYS)
    assert set(written["pace"]) == set(PaceOptions.model_fields)
    assert set(written["budget"]) == set(Budget.model_fields)
    assert set(recipe.roles()) == {"teacher", "judge", "student"}


def test_the_recipe_in_the_readme_is_read() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert [parse(each, "README.md").name for each in shown] == ["notes"]
