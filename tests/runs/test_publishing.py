"""What leaves a run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from toy import Toy, answering, recipe_of
from tutelage.errors import StoreFailed
from tutelage.methods.method import Materials, Report
from tutelage.records import Example
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


class Counting(Toy):
    """Tells how many names were met, and which."""

    def report(self, materials: Materials, kept: Iterable[Example]) -> Report:
        names = [example.cell["name"] for example in kept]
        return Report({"names met": f"{len(names)} | *all*"}, {"names": names})


async def test_what_a_method_tells_reaches_the_result_the_card_and_a_file(tmp_path: Path):
    recipe = replace(recipe_of(target=2), method=Counting())
    result = await execute(recipe, tmp_path)
    assert result.findings == {"names met": "2 | *all*"}
    assert result.as_json()["findings"] == {"names met": "2 | *all*"}
    folder = tmp_path / "dataset"
    assert "report.json" in result.files
    assert json.loads((folder / "report.json").read_text("utf-8")) == {"names": ["name0", "name1"]}
    told = (folder / "README.md").read_text("utf-8")
    assert "## What it covers\n\n- names met: 2 \\| \\*all\\*\n" in told
    again = await execute(recipe, tmp_path)
    assert again.findings == result.findings


async def test_a_method_with_nothing_to_tell_leaves_no_report(tmp_path: Path):
    result = await execute(recipe_of(target=2), tmp_path)
    assert result.findings == {}
    assert not (tmp_path / "dataset" / "report.json").exists()


def test_materials_that_cannot_be_written_are_named(tmp_path: Path):
    (tmp_path / "materials").write_text("a file where a folder should be")
    with pytest.raises(StoreFailed, match="materials"):
        write_materials(tmp_path, Materials(files={"a.txt": "x"}))
