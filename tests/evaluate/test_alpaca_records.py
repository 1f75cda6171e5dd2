"""AlpacaEval's recorded judgements: the published list and the compact form, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.alpaca_records import Recorded
from tutelage.evaluate.bench import Evidence, Question
from tutelage.records import digest


def row(**fields: Any) -> dict[str, Any]:
    plain = {
        "instruction": "Q1",
        "output_1": "base",
        "generator_1": "gpt4",
        "output_2": "model's",
        "generator_2": "me",
        "annotator": "judge-1",
        "preference": 1.25,
        "raw_completion": "M",
    }
    return plain | fields


def read(
    folder: Path, document: Any, known: dict[str, Question] | None = None, baseline: str = ""
) -> Evidence:
    path = folder / "annotations.json"
    path.write_text(json.dumps(document), "utf-8")
    found = Recorded(known or {}, baseline)
    found.read(path)
    return found.evidence()


def test_preferences_come_from_one_to_two_and_draws_from_zero(tmp_path: Path) -> None:
    values = [1, 2, 1.5, 0, 1.25, None, float("nan")]
    rows = [row(instruction=f"Q{number}", preference=value) for number, value in enumerate(values)]
    evidence = read(tmp_path, rows)
    assert [each.value for each in evidence.judgements] == [0.0, 1.0, 0.5, 0.5, 0.25, None, None]
    assert evidence.baseline == "gpt4"
    first = evidence.judgements[0]
    assert (first.question, first.model, first.judge, first.raw) == (digest("Q0"), "me", "judge-1", "M")
    assert (first.facts["len_baseline"], first.facts["len_model"]) == (4, 7)
    assert evidence.answers["me"][digest("Q0")].text == "model's"


def test_the_first_token_tells_which_answer_stood_first(tmp_path: Path) -> None:
    def completion(m: float, other: float) -> dict[str, Any]:
        top = [{"token": "m", "logprob": m}, {"token": "M", "logprob": other}]
        return {"message": {"content": "m"}, "logprobs": {"content": [{"top_logprobs": top}]}}

    certain = completion(-0.01005034, -4.60517019)  # 0.99 and 0.01
    rows = [
        row(preference=1.99, raw_completion=certain),
        row(instruction="Q2", preference=1.01, raw_completion=certain),
        row(instruction="Q3", preference=1.5, raw_completion=completion(-0.6931472, -0.6931472)),
        row(instruction="Q4", preference=1.7, raw_completion=certain),
    ]
    found = read(tmp_path, rows).judgements
    assert [(each.swapped, each.facts.get("order")) for each in found] == [
        (True, None),
        (False, None),
        (False, "unknown"),
        (False, "unknown"),
    ]
    assert found[0].raw == "m"


def test_instructions_join_the_benchs_questions_and_strangers_are_counted(tmp_path: Path) -> None:
    known = {"a": Question("a", ("Q1",)), "b": Question("b", ("Q2",))}
    evidence = read(tmp_path, [row(), row(instruction="Q9"), row(instruction=" Q2\n")], known)
    assert [each.question for each in evidence.judgements] == ["a", "b"]
    assert evidence.notes == ["me: 1 row of questions that are not in this bench, left out"]


def test_different_baselines_are_refused_until_one_is_chosen(tmp_path: Path) -> None:
    rows = [row(), row(instruction="Q2", generator_1="davinci")]
    with pytest.raises(BadInput, match="different baselines"):
        read(tmp_path, rows)
    evidence = read(tmp_path, rows, baseline="gpt4")
    assert len(evidence.judgements) == 1
    assert "davinci" in evidence.notes[0]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([row(preference=3)], "from 1 to 2"),
        ([row(preference="better")], "from 1 to 2"),
        ([{"instruction": "Q"}], "'generator_1'"),
        ({"me": [1, 2]}, "neither a list of annotations nor the compact form"),
        ({"me": {"row": [0], "preference": [], "len_baseline": [1], "len_model": [1]}}, "differ in length"),
        ({"me": {"row": [-1], "preference": [1], "len_baseline": [1], "len_model": [1]}}, "whole number"),
        ({"me": {"row": [0], "preference": [9], "len_baseline": [1], "len_model": [1]}}, "from 1 to 2"),
        ([row(judgements=["x"])], "a single judgement must be an object"),
        (7, "a list of records is expected"),
    ],
)
def test_what_is_not_of_the_format_is_refused(tmp_path: Path, document: Any, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read(tmp_path, document)


def test_the_compact_form_counts_rows_that_are_not_there(tmp_path: Path) -> None:
    document = {
        "me": {"row": [0, 2], "preference": [1.5, None], "len_baseline": [10, 20], "len_model": [5, 6]},
        "you": {"row": [0, 1], "preference": [2, 1], "len_baseline": [10, 15], "len_model": [9, 9]},
    }
    evidence = read(tmp_path, document)
    assert list(evidence.questions) == ["row-0", "row-1", "row-2"]
    assert [(each.model, each.question, each.value) for each in evidence.judgements] == [
        ("me", "row-0", 0.5),
        ("me", "row-2", None),
        ("you", "row-0", 1.0),
        ("you", "row-1", 0.0),
    ]
    known = {"a": Question("a", ("Q",), facts={"row": 0})}
    joined = read(tmp_path, document, known)
    assert [each.question for each in joined.judgements] == ["a", "a"]
    assert len(joined.notes) == 2
