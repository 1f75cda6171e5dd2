"""``tutelage run``, in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run


def test_the_last_line_is_one_json_object(recipe: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["run", str(recipe), "--out", "out", "--json", "--quiet"]) == 0
    told = capsys.readouterr()
    result = json.loads(told.out.splitlines()[-1])
    assert (result["accepted"], result["calls"]["sent"], result["out"]) == (4, 8, "out")
    assert told.err == ""


def test_a_person_reads_what_was_done_and_what_was_refused(recipe: Path, capsys: pytest.CaptureFixture[str]):
    sets = ["--set", "shape.answer_min=11", "--set", "target=2"]
    run(["run", str(recipe), "--quiet", *sets])
    out = capsys.readouterr().out
    assert "of 2 examples accepted" in out
    assert "dataset: runs/everyday/dataset" in out


def test_a_changed_recipe_is_told_on_standard_error(recipe: Path, capsys: pytest.CaptureFixture[str]):
    run(["run", str(recipe), "--quiet"])
    assert run(["run", str(recipe), "--quiet", "--set", "target=3"]) == 0
    assert "target: 4 became 3 (all calls stay valid" in capsys.readouterr().err


def test_short_of_the_target_is_exit_3_with_how_to_go_on(recipe: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["run", str(recipe), "--quiet", "--set", "budget.calls=3"]) == 3
    out = capsys.readouterr().out
    assert "stopped:" in out
    assert f"raise the budget: tutelage run {recipe} --out runs/everyday --set budget.calls=3" in out


def test_an_exhausted_plan_says_what_has_to_change(recipe: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["run", str(recipe), "--quiet", "--set", "target=999"]) == 3
    assert "give more to combine" in capsys.readouterr().out


def test_what_the_method_found_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "skills.json").write_text(
        '{"trains": ["waiting"], "planes": ["packing"], "ships": ["resting"]}'
    )
    recipe = tmp_path / "tree.yaml"
    recipe.write_text(
        "name: tree\ntarget: 1\nfilters: []\n"
        'teacher: {kind: scripted, default: "### Instruction\\nWhy?\\n### Response\\nWhy not."}\n'
        "method: {kind: skilltree, skills_file: skills.json, turns: short}\n"
    )
    assert run(["run", str(recipe), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "pairs of leaves covered: 1 of 3 (33.3 %)" in out
    assert "skills used: 2 of 3 (66.7 %)" in out


def test_the_advice_fits_the_method(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "q.txt").write_text("Why is the sky blue?\n", encoding="utf-8")
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "name: r\ntarget: 9\nfilters: []\nteacher: {kind: scripted, default: 'Because it scatters.'}\n"
        "method: {kind: respond, seeds_file: q.txt}\n"
    )
    assert run(["run", str(recipe), "--out", str(tmp_path / "out"), "--quiet"]) == 3
    assert "give more seeds, questions, cells or rows, or a lower target" in capsys.readouterr().out
