"""Inputs side by side, and the report in its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.runs.analysing import REPORT, analyse_inputs


def written(path: Path, texts: list[str]) -> Path:
    rows = [{"instruction": text, "input": "", "output": "Yes."} for text in texts]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_inputs_keep_their_order_and_the_report_its_bytes(tmp_path: Path) -> None:
    paths = [
        written(tmp_path / name, [f"Sing a song of {name}.", "Sleep."]) for name in ("b.jsonl", "a.jsonl")
    ]
    heard: list[str] = []
    result = analyse_inputs(paths, tmp_path / "new" / "out", tell=heard.append)
    assert [each.name for each in result.analyses] == ["b.jsonl", "a.jsonl"]
    assert heard[0] == "b.jsonl: reading"
    report = tmp_path / "new" / "out" / REPORT
    before = report.read_bytes()
    told = json.loads(before)
    assert told["inputs"] == json.loads(json.dumps(result.as_dict()["inputs"]))
    assert sorted(path.name for path in report.parent.iterdir()) == sorted(result.files)
    analyse_inputs(paths, report.parent)
    assert report.read_bytes() == before


def test_without_out_nothing_is_written(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", ["Sing a song."])
    result = analyse_inputs([path])
    assert (result.out, result.files) == (None, ())
    assert result.as_dict()["out"] is None
    assert [each.name for each in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_bad_input_leaves_no_report(tmp_path: Path) -> None:
    good = written(tmp_path / "a.jsonl", ["Sing a song."])
    with pytest.raises(BadInput, match=r"gone\.jsonl"):
        analyse_inputs([good, tmp_path / "gone.jsonl"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_use_is_refused(tmp_path: Path) -> None:
    good = written(tmp_path / "a.jsonl", ["Sing a song."])
    with pytest.raises(BadInput, match="nothing to analyse"):
        analyse_inputs([])
    with pytest.raises(BadInput, match="this is a file"):
        analyse_inputs([good], good)


def test_texts_of_a_megabyte_are_measured_beside_short_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    long = (
        ("x" * 1_000_000, "Write a poem. " * 70_000),
        ("Sing.", "很" * 350_000),
        ("Write a poem.", "Roses."),
    )
    rows = [{"instruction": asked, "input": "", "output": answer} for asked, answer in long]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = analyse_inputs([path]).analyses[0].as_dict()
    assert (told["analysed"], told["rouge_l"]["n"]) == (3, 3)
    assert told["difficulty"]["answer_words"]["max"] == 350_000


def test_the_figures_of_a_single_input_stand_at_the_top(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"instruction": "Name a tree.", "output": "An oak."}\n', "utf-8")
    told = analyse_inputs([path]).as_dict()
    assert told["examples"] == told["inputs"][0]["examples"] == 1
    assert {"verb_noun", "rouge_l", "coverage", "duplicates"} <= set(told)
