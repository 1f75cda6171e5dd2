"""``tutelage evaluate``: what it refuses, and what it tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.cli.main import run

pytest.importorskip("numpy", reason="the statistics of an evaluation need the extra 'evaluate'")

JUDGE = ["--judge", "scripted:judge.yaml"]
ASK = ["--questions", "q.json", "--answers", "a.json", *JUDGE, "--out", "o"]


def annotation(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "instruction": f"Question {number}?",
        "output_1": "Base.",
        "output_2": "Mine.",
        "generator_1": "gpt4",
        "generator_2": "mine",
        "annotator": "J1",
        "preference": 1.2 if number % 2 else 1.9,
    }
    return row | changes


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    questions = [{"instruction": f"Question {n}?", "output": "Base.", "generator": "gpt4"} for n in range(8)]
    answers = [
        {"instruction": f"Question {n}?", "output": "Mine.\0\x1b[31m<b>{{ 7 * 7 }}", "generator": "mine"}
        for n in range(6)
    ]
    rows = [annotation(n) for n in range(8)]
    written = {
        "q": questions,
        "a": answers,
        "twice": answers + answers[:2],
        "other": [{**each, "instruction": "Something else?"} for each in answers],
        "named": [{**each, "generator": "mi\x1b[31mne\n../../etc"} for each in answers],
        "r": rows,
        "mixed": [*rows[:7], annotation(7, annotator="J2")],
        "nan": [*rows[:6], annotation(6, preference=float("nan")), annotation(7, preference=None)],
        "seven": [annotation(0, preference=7)],
        "labels": [
            {"question": f"Question {n}?", "preferred": "gpt4" if n % 2 else "mine"} for n in range(8)
        ],
        "mistyped": [{"question": "Question 1?", "preferred": "mien"}],
        "judge": [{"when": ".", "reply": "m"}],
    }
    for name, content in written.items():
        (tmp_path / f"{name}.{'yaml' if name == 'judge' else 'json'}").write_text(
            json.dumps(content), "utf-8"
        )
    (tmp_path / "cut.json").write_text(json.dumps(rows)[:-30], "utf-8")
    (tmp_path / "empty.json").write_text("", "utf-8")
    (tmp_path / "latin.json").write_bytes('[{"instruction": "Frage für"}]'.encode("latin-1"))
    return tmp_path


BAD = [
    (["alpaca-evil", "--from", "r.json"], 2, "did you mean 'alpaca-eval'"),
    (["alpaca-eval", "--from", "r.json", "--student", "smollm2"], 2, "without asking anybody"),
    (["alpaca-eval", "--from", "mixed.json"], 2, "2 judges"),
    (["alpaca-eval", "--from", "seven.json"], 2, "from 1 to 2"),
    (["alpaca-eval", "--from", "cut.json"], 2, "cut off"),
    (["alpaca-eval", "--from", "empty.json"], 2, "empty"),
    (["alpaca-eval", "--from", "latin.json"], 2, "not UTF-8"),
    (["alpaca-eval", "--from", "none.json"], 2, "none.json"),
    (["math", "--from", "r.json"], 2, "no published format"),
    (["alpaca-eval", "--from", "r.json", "--labels", "mistyped.json"], 2, "did you mean 'mine'"),
    (["alpaca-eval", "--from", "r.json", "--leaderboard", "labels.json"], 2, "no figure of this evaluation"),
    (["alpaca-eval", "--questions", "q.json", "--answers", "other.json", *JUDGE], 2, "none of 6 rows"),
    (["alpaca-eval", "--questions", "q.json", *JUDGE], 2, "nobody is evaluated"),
    (["alpaca-eval", "--questions", "q.json", "--answers", "a.json"], 2, "none is named"),
    (["alpaca-eval", "--questions", "q.json", "--student", "gpt-4o", *JUDGE], 2, "names no model"),
    (["beat-rate", *ASK], 2, "--baseline"),
    (["alpaca-eval", *ASK, "--set", "budgt.calls=3"], 2, "did you mean 'budget'"),
    (["alpaca-eval", *ASK, "--set", "budget.cals=3"], 2, "did you mean 'calls'"),
    (["alpaca-eval", *ASK, "--set", "budget=3"], 2, "group of settings"),
    (["alpaca-eval", *ASK, "--set", "budget.calls=3"], 3, "the budget is reached"),
    (["alpaca-eval", "--from", "r.json", "--set", "judge.temperature=0"], 2, "without asking anybody"),
    (["ifeval", "--questions", "q.json", "--answers", "a.json", *JUDGE], 2, "asks no judge"),
    (["alpaca-eval", *ASK, "--set", "alpaca-eval.preference=logprobs"], 2, "preference=verdict"),
]


@pytest.mark.parametrize(("arguments", "code", "told"), BAD, ids=lambda value: str(value)[:40])
def test_bad_input_is_told(
    arguments: list[str], code: int, told: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", *arguments]) == code
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["evaluate", *arguments, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_judgements_without_preference_are_counted(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = found(capsys, "alpaca-eval", "--from", "nan.json")["models"]["mine"]
    assert (figures["n"], figures["missing"], figures["unreadable"]) == (6, 2, 2)


def test_missing_and_doubled_answers_are_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask = [word.replace("a.json", "twice.json") for word in ASK]
    told = found(capsys, "alpaca-eval", *ask, "--sanity", "0")
    assert any("answered more than once" in line for line in told["notes"])
    assert told["models"]["mine"]["missing"] == 2
    assert told["against"][0]["verdict"] == "no difference shown"


def test_a_judge_that_sees_only_the_first_place_is_called_unfit(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = found(capsys, "alpaca-eval", *ASK)
    assert told["judge_check"]["position_bias"] == 100.0
    assert told["models"]["sanity:identical"]["win_rate"] == 50.0
    assert told["against"][0]["verdict"] == "judge not fit"


def test_labels_give_agreement_and_a_corrected_rate(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    human = found(capsys, "alpaca-eval", "--from", "r.json", "--labels", "labels.json")["human"]
    assert human["all"]["accuracy"] == 100.0
    assert human["all"]["kappa"] == pytest.approx(1.0)
    assert human["models"]["mine"]["prediction_powered"]["labelled"] == 8


def test_a_hostile_name_leads_nowhere_and_moves_no_cursor(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = [word.replace("a.json", "named.json") for word in ASK]
    assert run(["evaluate", "alpaca-eval", *ask, "--sanity", "0"]) == 0
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert all(files in path.resolve().parents for path in files.rglob("*"))
    assert not (files.parent / "etc").exists()


def test_a_dead_judge_ends_short_and_its_reason_is_told(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "judge.yaml").write_text('[{"when": ".", "reply": "hm"}]', "utf-8")
    assert run(["evaluate", "alpaca-eval", *ASK, "--sanity", "0"]) == 3
    assert "nothing could be graded" in capsys.readouterr().err


def test_the_headline_stands_first_and_habits_are_told(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", "alpaca-eval", *ASK]) == 0
    said = capsys.readouterr()
    columns = said.out.splitlines()[0].split("\t")
    assert [each for each in columns if each in ("win_rate", "interval", "standard_error")][:1] == [
        "win_rate"
    ]
    assert "WARNING: in 100 % of the comparisons" in said.err
    assert len(said.out.splitlines()[-1]) < 200
