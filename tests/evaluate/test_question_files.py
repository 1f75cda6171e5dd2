"""Any file of questions: columns by their known names or by the user's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.question_files import Columns, read_questions
from tutelage.records import digest


def file(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path


def test_a_table_with_columns_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("key2,ask,then,topic,solution\nk1,Why?,And now?,sky,Because\n", "utf-8")
    columns = Columns(id="key2", question=("ask", "then"), category="topic", reference="solution")  # type: ignore[arg-type]  # one name for short
    (found,) = read_questions(path, columns)
    assert (found.id, found.turns, found.category) == ("k1", ("Why?", "And now?"), "sky")
    assert found.references == ("Because",)
    assert found.facts["row"] == 0


def test_published_names_are_known(tmp_path: Path) -> None:
    rows = [
        {"question_id": 81, "category": "writing", "turns": ["a", "b"], "reference": ["r1", "r2"]},
        {"instruction": "Do it", "dataset": "koala", "output": "x"},
        {"question": "Q", "std_answer": "", "class": "brainstorming", "question_id": "abc"},
        {
            "session_id": "s1",
            "conversation_input": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": "hello"},
                {"role": "user", "content": "and?"},
            ],
            "primary_tag": "Math",
        },
    ]
    mt, alpaca, explore, wild = read_questions(file(tmp_path, rows))
    assert (mt.id, mt.turns, mt.references) == ("81", ("a", "b"), ("r1", "r2"))
    assert (alpaca.id, alpaca.category) == (digest("Do it"), "koala")
    assert (explore.id, explore.category, explore.references) == ("abc", "brainstorming", ())
    assert (wild.id, wild.turns, wild.category) == ("s1", ("and?",), "Math")
    assert [message.role for message in wild.context] == ["user", "assistant"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"id": "a", "question": "x"}, {"id": "a", "question": "y"}], "two questions have the id 'a'"),
        ([{"question": "x"}, {"question": "x"}], "two questions have the id"),
        ([{"question": " "}], "this question is empty"),
        ([{"text": "x"}], "no column of this row is known to hold a question: text"),
        ([{"prompt": [{"role": "assistant", "content": "x"}]}], "does not end with a user's turn"),
        ([{"prompt": [{"role": "robot", "content": "x"}]}], "a turn must be a text or a message"),
        ([{"id": 1, "question": {"a": 1}}], "'question' must be a text"),
    ],
)
def test_what_is_no_question_is_refused_by_its_place(
    tmp_path: Path, rows: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(BadInput, match=says) as error:
        read_questions(file(tmp_path, rows))
    assert "questions.jsonl" in error.value.where


def test_a_column_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no column 'questoin'") as error:
        read_questions(file(tmp_path, [{"question": "x"}]), Columns(question=("questoin",)))
    assert "'question'" in error.value.remedy


def test_the_real_sets_are_read(shared_data: Path) -> None:
    explore = read_questions(shared_data / "explore-instruct" / "en_eval_set.jsonl")
    assert len(explore) == 468
    assert {each.category for each in explore} == {"brainstorming", "rewrite", "generation"}
    alpaca = read_questions(shared_data / "alpaca-eval" / "reference_outputs.json")
    assert (len(alpaca), alpaca[804].facts["row"]) == (805, 804)
