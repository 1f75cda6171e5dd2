"""FastChat's files: both forms, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Evidence, Judgement, Question
from tutelage.evaluate.mt_records import read_judgements, write_records


def file(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "gpt-4_single.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def single(**fields: Any) -> dict[str, Any]:
    plain = {
        "question_id": 81,
        "model": "vicuna",
        "judge": ["gpt-4", "single-v1"],
        "user_prompt": "…",
        "judgment": "Rating: [[7]]",
        "score": 7,
        "turn": 1,
        "tstamp": 1687221512.3,
    }
    return plain | fields


def game(first: str, second: str, g1: str, g2: str, **fields: Any) -> dict[str, Any]:
    return {
        "question_id": 81,
        "model_1": first,
        "model_2": second,
        "g1_winner": g1,
        "g2_winner": g2,
        "turn": 1,
        **fields,
    }


def test_grades_with_the_judge_of_the_original_and_no_value_for_minus_one(tmp_path: Path) -> None:
    path = file(tmp_path, single(), single(turn=2, score=-1), single(question_id=82, score=11))
    evidence = read_judgements([path], {}, "")
    assert [(each.question, each.turn, each.value) for each in evidence.judgements] == [
        ("81", 1, 7.0),
        ("81", 2, None),
        ("82", 1, None),
    ]
    assert evidence.judgements[0].judge == "gpt-4"
    assert "1 recorded grade off the scale" in evidence.notes[0]


def test_games_are_turned_towards_the_baseline(tmp_path: Path) -> None:
    path = file(tmp_path, game("me", "base", "model_1", "tie"), game("base", "you", "model_1", "error"))
    evidence = read_judgements([path], {}, "")
    assert evidence.baseline == "base"
    assert [(each.model, each.swapped, each.value) for each in evidence.judgements] == [
        ("me", True, 1.0),
        ("me", False, 0.5),
        ("you", False, 0.0),
        ("you", True, None),
    ]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([single(), game("a", "b", "tie", "tie")], "stand together"),
        ([game("a", "b", "A", "tie")], "g1_winner is 'A'"),
        ([single(turn=0)], "a turn is 1 or 2"),
        ([single(score="good")], "a number"),
        ([{"score": 7}], "'question_id'"),
        ([game("a", "b", "tie", "tie"), game("c", "d", "tie", "tie")], "no baseline in common"),
    ],
)
def test_what_is_not_of_the_format_is_refused(tmp_path: Path, rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_judgements([file(tmp_path, *rows)], {}, "")


def test_a_half_written_line_is_refused_by_its_number(tmp_path: Path) -> None:
    path = file(tmp_path, single())
    path.write_text(path.read_text("utf-8") + '{"question_id": 8', "utf-8")
    with pytest.raises(BadInput, match="cut off") as error:
        read_judgements([path], {}, "")
    assert ":2" in error.value.where


def test_written_files_have_the_fields_of_the_original_and_read_back(tmp_path: Path) -> None:
    question = Question("81", ("a", "b"), facts={"question_id": 81})
    judgements = [
        Judgement("81", "me", 7.0, "", "judge", 1, raw="[[7]]"),
        Judgement("81", "me", None, "", "judge", 2, raw="?"),
    ]
    evidence = Evidence({"81": question}, {"me": {"81": Answer("81", "me", ("x", "y"))}}, judgements)
    grades, answers = write_records(evidence, tmp_path, lambda judgement, whole: "the prompt")
    rows = [json.loads(line) for line in grades.read_text("utf-8").splitlines()]
    assert set(rows[0]) == set(single())
    assert [row["score"] for row in rows] == [7.0, -1]
    assert json.loads(answers.read_text("utf-8"))["choices"] == [{"index": 0, "turns": ["x", "y"]}]
    assert [each.value for each in read_judgements([grades], {}, "").judgements] == [7.0, None]


def test_a_single_game_reads_back_as_one(tmp_path: Path) -> None:
    judgements = [Judgement("81", "me", 1.0, "base", "judge", 1, True, "[[A]]")]
    (path,) = write_records(Evidence({}, {}, judgements, "base"), tmp_path, lambda judgement, whole: "")
    assert json.loads(path.read_text("utf-8"))["g2_winner"] == "error"
    assert [(each.swapped, each.value) for each in read_judgements([path], {}, "").judgements] == [
        (True, 1.0)
    ]
