"""What leaves a run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from toy import answering, recipe_of
from tutelage.errors import StoreFailed
from tutelage.methods.method import Materials
from tutelage.runs.publishing import write_materials
from tutelage.runs.stages import execute
from tutelage.teachers.scripted import Scripted


async def test_the_card_tells_the_teacher_the_reasons_and_the_recipe(tmp_path: Path):
    teacher = Scripted.of(answering(share_bad=0.4), label="world", licence="apache-2.0")
    recipe = recipe_of(teacher, target=10)
    result = await execute(recipe, tmp_path)
    card = (tmp_path / "dataset" / "README.md").read_text("utf-8")
    head = yaml.safe_load(card.split("---")[1])
    assert head["license"] == "apache-2.0"
    assert recipe.fingerprint in card
    assert "world" in card
    assert "parse:bad" in card
    assert str(result.rejected["parse:bad"]) in card


def test_materials_that_cannot_be_written_are_named(tmp_path: Path):
    (tmp_path / "materials").write_text("a file where a folder should be")
    with pytest.raises(StoreFailed, match="materials"):
        write_materials(tmp_path, Materials(files={"a.txt": "x"}))
