"""Folders side by side, and the page of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from comparisons import better, both, evaluation, seeing, student
from tutelage.runs.comparing import compare


def pipeline(folder: Path) -> Path:
    """A folder with an evaluation and a student below it."""
    answers = {"tuned": "mine", "plain": "theirs"}
    evaluation(folder / "evaluations" / "alpaca-eval", [*better(), *seeing()], answers=answers)
    student(folder / "student")
    return folder


def test_a_folder_stands_for_what_it_holds(tmp_path: Path) -> None:
    result = compare([pipeline(tmp_path / "run")], tmp_path / "out")
    assert [each.said.word for each in result.studies[0].pairs] == ["better"]
    assert [each.name for each in result.students] == ["run/student"]
    written = json.loads((tmp_path / "out" / "compare.json").read_text("utf-8"))
    assert written["verdicts"][0]["word"] == "better"
    assert written["students"][0]["left_out"] == {"too_long": 1}
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "tuned is better than plain" in page
    assert "mine 3" in page or "mine 1" in page
    assert "1,000 (1%)" in page
    assert "/somewhere" not in page
    assert 'href="http' not in page


def test_equal_inputs_give_equal_bytes(tmp_path: Path) -> None:
    run = pipeline(tmp_path / "run")
    compare([run], tmp_path / "a")
    compare([run], tmp_path / "b")
    assert (tmp_path / "a/report.html").read_bytes() == (tmp_path / "b/report.html").read_bytes()


def test_two_evaluations_of_one_bench_are_one_study(tmp_path: Path) -> None:
    same = {"plain": "theirs"}
    worse = [each for q in range(20) for each in both(f"q{q}", "b", 0.6 + q % 2 / 10)]
    one = evaluation(tmp_path / "one", [*better("a"), *seeing()], answers=same | {"a": "x"})
    two = evaluation(tmp_path / "two", [*worse, *seeing()], answers=same | {"b": "y"})
    result = compare([one, two])
    [study] = result.studies
    assert [(p.found.model, p.found.other) for p in study.pairs] == [
        ("a", "b"),
        ("a", "plain"),
        ("b", "plain"),
    ]
    assert study.pairs[0].said.word == "better"
    assert result.not_compared == []


def test_one_model_twice_is_told_apart(tmp_path: Path) -> None:
    one = evaluation(tmp_path / "one", better("a"))
    two = evaluation(tmp_path / "two", better("a", 0.7))
    [study] = compare([one, two]).studies
    assert study.study.models == ["a", "a (two)"]


@pytest.mark.parametrize(
    "why", ["different benches", "their judges are", "answers of the baseline plain differ"]
)
def test_what_cannot_be_compared_is_said(tmp_path: Path, why: str) -> None:
    rows = better("b", judge="other" if "judges" in why else "judge")
    bench = "beat-rate" if "benches" in why else "alpaca-eval"
    one = evaluation(tmp_path / "one", better("a"), answers={"plain": "theirs"})
    text = "changed" if "answers" in why else "theirs"
    two = evaluation(tmp_path / "two", rows, bench=bench, answers={"plain": text})
    result = compare([one, two])
    assert len(result.studies) == 2
    assert len(result.not_compared) == 1
    assert why in result.not_compared[0]


def test_two_benches_of_one_run_need_no_excuse(tmp_path: Path) -> None:
    evaluation(tmp_path / "run" / "one", better("a"))
    evaluation(tmp_path / "run" / "two", better("a"), bench="beat-rate")
    assert compare([tmp_path / "run"]).not_compared == []


def test_a_question_of_another_text_is_another_question(tmp_path: Path) -> None:
    one = evaluation(tmp_path / "one", better("a"), answers={"a": "x"})
    two = evaluation(tmp_path / "two", better("b"), answers={"b": "y"}, question="How is {}?")
    [study] = compare([one, two]).studies
    assert any("20 questions with the id of another question" in note for note in study.study.notes)


def test_two_judges_in_one_folder_are_kept_apart(tmp_path: Path) -> None:
    mixed = [*better("a"), *better("a", judge="other")]
    result = compare([evaluation(tmp_path / "one", mixed)])
    assert [each.study.judge for each in result.studies] == ["judge", "other"]
    assert "kept apart" in result.studies[0].study.notes[0]


def test_doubles_count_once_and_nan_is_no_value(tmp_path: Path) -> None:
    rows = better("a")
    rows = [*rows, replace(rows[0], value=float("nan"))]
    [study] = compare([evaluation(tmp_path / "one", rows)]).studies
    assert study.pairs[0].found.questions == 19
    assert any("1 judgement given twice" in note for note in study.study.notes)


def test_a_judge_check_says_whether_the_judge_is_fit(tmp_path: Path) -> None:
    blind = [replace(each, value=0.5) for each in seeing()]
    check = evaluation(tmp_path / "check", blind, bench="judge-check")
    result = compare([evaluation(tmp_path / "one", [*better(), *seeing()]), check])
    assert [pair.said.word for pair in result.studies[0].pairs] == ["judge not fit"]
