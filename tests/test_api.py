"""The Python front."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import tutelage
from toy import recipe_of
from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.filters.quality import Quality
from tutelage.teachers.scripted import Scripted


def test_the_public_names_are_complete_and_sorted():
    assert tutelage.__all__ == sorted(tutelage.__all__)
    for name in tutelage.__all__:
        assert getattr(tutelage, name) is not None
        assert name in dir(tutelage)
    with pytest.raises(AttributeError, match="no attribute 'fliter'"):
        _ = tutelage.fliter


def test_importing_costs_nothing():
    heavy = ("pydantic", "aiohttp", "click", "yaml")
    code = f"import sys, tutelage; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_preview_run_and_read(tmp_path: Path):
    recipe = recipe_of(target=4)
    seen = tutelage.preview(recipe, out=tmp_path, items=2)
    assert seen.items == 2
    result = tutelage.run(recipe, out=tmp_path)
    assert result.replayed == 2
    assert len(list(tutelage.read_examples(tmp_path))) == 4
    from_file = [each.instruction for each in tutelage.read_examples(tmp_path / "dataset" / "alpaca.jsonl")]
    assert from_file == [each.instruction for each in tutelage.read_examples(tmp_path)]


def test_filter_files(tmp_path: Path):
    rows = [{"instruction": text, "input": "", "output": "x"} for text in ("a b c", "A  b c", "d")]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = tutelage.filter_files([tmp_path / "in.jsonl"], [Duplicate()], tmp_path / "out.jsonl")
    assert (told.read, told.kept) == (3, 2)


def test_analyze(tmp_path: Path):
    rows = [{"instruction": text, "input": "", "output": "x"} for text in ("Sing a song.", "Write a poem.")]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = tutelage.AnalysisSettings(sample=1)
    told = tutelage.analyze([tmp_path / "in.jsonl"], tmp_path / "out", settings=settings)
    assert isinstance(told, tutelage.AnalysisResult)
    assert [(each["examples"], each["analysed"]) for each in told.as_dict()["inputs"]] == [(2, 1)]
    assert (tmp_path / "out" / "report.json").is_file()


def test_a_run_lives_below_runs_when_nobody_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = tutelage.run(recipe_of(target=1))
    assert result.out == Path("runs/toy")
    assert (tmp_path / "runs" / "toy" / "run.db").exists()


def test_a_recipe_that_is_not_there_is_a_clear_error(tmp_path: Path):
    with pytest.raises(tutelage.TutelageError, match=r"no\.yaml"):
        tutelage.load_recipe(tmp_path / "no.yaml")


def test_filter_files_with_a_judge_and_a_trace(tmp_path: Path):
    text = '{"rationale": "Thin.", "scores": {"clear": 2}}'
    recipe = recipe_of(judge=Scripted(default=text))
    (tmp_path / "in.jsonl").write_text(json.dumps({"instruction": "Why?", "output": "So."}))
    filters = [Quality(criteria=("clear",))]
    told = tutelage.filter_files(
        [tmp_path / "in.jsonl"], filters, tmp_path / "out.jsonl", judge=recipe, trace=True
    )
    assert (told.kept, told.rejected) == (0, {"quality:below_bar": 1})
    assert told.trace is not None
    assert told.trace.steps[0].removed == {"below_bar": 1}
    with pytest.raises(BadInput, match="asks a model"):
        tutelage.filter_files([tmp_path / "in.jsonl"], filters, tmp_path / "out.jsonl")
