"""The format ``choices``: questions that are scored by which option a model finds likeliest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.export.files import write_dataset, write_format
from tutelage.export.formats import FORMATS, RESERVED, TEXT_FORMATS
from tutelage.export.options import options_objection, options_row
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.records import Example

CHOICES = FORMATS["choices"]


def asked(output: str = "bad", **lineage: Any) -> Example:
    known = {"answer_choices": ["good", "bad"], "answer": 1} | lineage
    return Example.single_turn(
        "It was", output, id="1", system="Be short.", cell={"template": "was"}, lineage=known
    )


def test_a_row_has_the_question_its_options_and_the_number_of_the_right_one() -> None:
    (row,) = CHOICES.rows(asked())
    assert row == options_row(asked())
    assert row == {
        "id": "1",
        "question": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "It was"}],
        "options": ["good", "bad"],
        "answer": 1,
        "category": "was",
    }
    assert set(row) == set(CHOICES.columns)
    assert not RESERVED & set(row)


@pytest.mark.parametrize(
    ("example", "why"),
    [
        (Example.single_turn("Q", "A", id="1"), "0 options"),
        (asked(answer_choices="good"), "0 options"),
        (asked(answer_choices=["bad"]), "1 options"),
        (asked(answer_choices=["bad"] * 27), "27 options"),
        (asked(answer_choices=["bad", "bad"]), "alike"),
        (asked(answer_choices=[" ", "bad"]), "empty"),
        (asked(answer=None), "answer is None"),
        (asked(answer=2), "answer is 2"),
        (asked(answer=True), "answer is True"),
        (asked("Since nothing worked: bad"), "is not the option 'bad' alone"),
    ],
)
def test_what_is_no_such_question_is_refused(example: Example, why: str) -> None:
    code, told = options_objection(example) or ("", "")
    assert code == "options"
    assert why in told
    assert CHOICES.objection(example) == (code, told)


def test_it_has_to_be_named() -> None:
    assert "choices" not in TEXT_FORMATS
    assert "choices" not in ExportSettings().formats
    assert ExportSettings(formats=("choices", "messages")).formats == ("messages", "choices")


@pytest.mark.parametrize("container", ["jsonl", "json", "parquet"])
def test_a_file_of_questions_reads_back(tmp_path: Path, container: Any) -> None:
    from tutelage.rows import read_rows

    path = tmp_path / f"x.{container}"
    written = write_format(path, [asked(), Example.single_turn("Q", "A", id="2")], "choices", container)
    assert written.rows == {"choices": 1}
    (row,) = read_rows(path)
    assert dict(row.data) == options_row(asked())


def test_a_dataset_tells_what_the_format_left_out(tmp_path: Path) -> None:
    settings = ExportSettings(formats=("messages", "choices"), licence="mit")
    facts = DatasetFacts()
    examples = [asked(), Example.single_turn("Q", "A", id="2")]
    written = write_dataset(tmp_path / "out", examples, [], facts, settings)
    assert written.rows == {"messages": 2, "choices": 1}
    assert written.refused["choices"] == 1
    (line,) = (tmp_path / "out" / "choices.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["answer"] == 1
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "dtype: int64" in card
