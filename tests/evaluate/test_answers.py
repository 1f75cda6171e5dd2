"""Answers files of every known form, joined by id or text; what does not fit is counted or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.answers import answer_row, read_answers
from tutelage.evaluate.bench import Answer, Question

QUESTIONS = [
    Question("q1", ("What is ice?",)),
    Question("q2", ("And steam?", "And mist?")),
    Question("3", ("为什么？",)),
]


def written(folder: Path, rows: object, name: str = "bob.json") -> list[Path]:
    path = folder / name
    text = rows if isinstance(rows, str) else json.dumps(rows, ensure_ascii=False)
    path.write_text(text, "utf-8")
    return [path]


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("rows", "model"),
    [
        ([{"instruction": "What is ice?", "output": "Water.", "generator": "ada", "dataset": "x"}], "ada"),
        ([{"question_id": "q1", "model_id": "ada", "choices": [{"index": 0, "turns": ["Water."]}]}], "ada"),
        ([{"session_id": "q1", "output": ["Water."], "generator": "ada"}], "ada"),
        ([{"prompt": "What is ice?", "response": "Water."}], "bob"),
        ([{"id": "q1", "answer": "Water."}], "bob"),
        ([{"question": "What is ice?", "completion": "Water.", "model": "ada"}], "ada"),
        ([{"question": "q1", "model": "ada", "turns": ["Water."]}], "ada"),
        ([{"key": "q1", "output": "Water.", "model": " "}], "bob"),
    ],
)
def test_every_form_gives_the_same_answer(tmp_path: Path, rows: object, model: str):
    read = read_answers(written(tmp_path, rows), QUESTIONS)
    assert read.answers == {model: {"q1": Answer("q1", model, ("Water.",))}}
    assert read.joined[model].missing == ("q2", "3")


def test_a_table_and_numbers(tmp_path: Path):
    paths = written(tmp_path, "key,response\n3,12\nq1,Water\n", "table.csv")
    read = read_answers(paths, QUESTIONS)
    assert [each.text for each in read.answers["table"].values()] == ["Water", "12"]  # the bench's own order


def test_an_id_that_is_a_number_meets_its_text(tmp_path: Path):
    read = read_answers(written(tmp_path, [{"question_id": 3, "answer": "因为。"}]), QUESTIONS, model="m")
    assert read.answers["m"]["3"].text == "因为。"


def test_what_does_not_fit_is_counted(tmp_path: Path):
    rows = [
        {"id": "q1", "answer": "first"},
        {"id": "q1", "answer": "second"},
        {"id": "zz", "answer": "whose?"},
        {"id": "q2", "answer": None},
    ]
    read = read_answers(written(tmp_path, rows), QUESTIONS)
    assert read.answers["bob"]["q1"].text == "second"
    assert read.joined["bob"].as_dict() == {
        "rows": 4,
        "missing": 2,
        "unknown": 1,
        "duplicate": 1,
        "silent": 1,
    }
    notes = "\n".join(read.notes)
    assert all(word in notes for word in ("q2, 3", "last row counts", "(zz)", "holds no answer"))
    assert "more than once, 1 of them with different answers" in notes
    again = read_answers(written(tmp_path, [rows[0], rows[0]]), QUESTIONS)
    assert any("more than once, the same each time" in note for note in again.notes)


def test_an_empty_answer_is_an_answer(tmp_path: Path):
    read = read_answers(written(tmp_path, [{"id": "q1", "answer": ""}]), QUESTIONS)
    assert read.answers["bob"]["q1"].turns == ("",)
    assert "q1" not in read.joined["bob"].missing


def test_questions_of_one_text_are_answered_in_turn(tmp_path: Path):
    twins = [Question("a", ("Same?",)), Question("b", ("Same?",))]
    rows = [{"instruction": "Same?", "output": "1"}, {"instruction": "Same?", "output": "2"}]
    read = read_answers(written(tmp_path, rows), twins)
    assert {name: each.text for name, each in read.answers["bob"].items()} == {"a": "1", "b": "2"}


def test_rows_are_written_and_read_back(tmp_path: Path):
    answer = Answer("q2", "ada", ("one", "two"), "length", {"scores": [-1.5, -2.0]})
    read = read_answers(written(tmp_path, [answer_row(answer)]), QUESTIONS)
    assert read.answers["ada"]["q2"] == answer


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (lines({"id": "q1", "answer": "x"}) + '{"id": "q2", "ans', "a.jsonl", "a.jsonl:2"),
        ('[{"id": "q1", "answer": "x"},\n {"id": "q2"', "a.json", "a.json:2"),
        ("", "a.jsonl", "no rows"),
        ("[]", "a.json", "no rows"),
        (lines({"id": "q1", "text": "x"}), "a.jsonl", "answer, output, response"),
        (lines({"answer": "x"}), "a.jsonl", "question_id"),
        (lines({"id": "q1", "answer": {"text": "x"}}), "a.jsonl", "a text or a list of texts"),
        (lines({"id": "q1", "answer": []}), "a.jsonl", "a text or a list of texts"),
        (lines({"id": "other", "answer": "x"}), "a.jsonl", "none of 1 row"),
        (lines({"id": "q1", "question": "And steam?", "answer": "x"}), "a.jsonl", "the id 'q1' but the text"),
    ],
)
def test_bad_files_are_refused_by_place(tmp_path: Path, text: str, name: str, said: str):
    with pytest.raises(BadInput) as caught:
        read_answers(written(tmp_path, text, name), QUESTIONS)
    assert said in str(caught.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id": "q1", "answer": "naïve"}\n'.encode("latin-1"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_answers([path], QUESTIONS)


def test_files_of_one_name_are_models_of_their_own(tmp_path: Path) -> None:
    questions = [Question("q1", ("Why?",))]
    paths = [tmp_path / place for place in ("a/out.jsonl", "b/out.jsonl", "b/out.json")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"id": "q1", "answer": "So."}\n', "utf-8")
    read = read_answers(paths[:2], questions)
    assert set(read.answers) == {"a/out", "b/out"}
    assert read.notes == ()
    with pytest.raises(BadInput, match="called 'b/out'"):
        read_answers(paths, questions)
