"""The verb compare as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comparisons import better, evaluation, seeing, student
from tutelage.cli.main import BAD_INPUT, run


def test_compare_ends_with_verdicts_and_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = evaluation(tmp_path / "one", [*better(), *seeing()], answers={"tuned": "a", "plain": "b"})
    kept = student(tmp_path / "student")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"instruction": "Write a poem about the sea.", "input": "", "output": "Waves."}\n' * 3)
    out = tmp_path / "out"
    assert run(["compare", str(one), str(kept), str(rows), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["verdicts"][0]["word"] == "better"
    assert [each["name"] for each in told["datasets"]] == ["rows.jsonl"]
    assert told["files"] == ["compare.json", "report.html"]
    page = (out / "report.html").read_text("utf-8")
    assert "tuned is better than plain" in page
    assert "rows.jsonl" in page


def test_a_person_reads_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = evaluation(tmp_path / "one", [*better(), *seeing()])
    two = evaluation(tmp_path / "two", better("b"), bench="beat-rate")
    assert run(["compare", str(one), str(two)]) == 0
    told = capsys.readouterr().out
    assert "tuned is better than plain" in told
    assert "one and two cannot be compared: alpaca-eval and beat-rate are different benches." in told


def test_nothing_to_compare_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", str(tmp_path)]) == BAD_INPUT
    assert "nothing here that can be compared" in capsys.readouterr().err
