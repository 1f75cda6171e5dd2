from __future__ import annotations

from pathlib import Path

import pytest

from comparisons import better, evaluation, student
from tutelage.errors import BadInput
from tutelage.runs.compare_inputs import find, read_evaluation
from tutelage.runs.comparing import compare


def test_what_lies_there_is_recognised(tmp_path: Path) -> None:
    run = tmp_path / "run"
    evaluation(run / "evaluations" / "math", better())
    student(run / "student")
    student(run / "student" / "checkpoints" / "step-1")
    (run / "run.db").touch()
    rows = tmp_path / "rows.jsonl"
    rows.touch()
    told = [(each.kind, each.name) for each in find([run, rows])]
    assert told == [
        ("dataset", "run"),
        ("evaluation", "run/evaluations/math"),
        ("student", "run/student"),
        ("dataset", "rows.jsonl"),
    ]


def test_answers_and_texts_are_read_by_id(tmp_path: Path) -> None:
    [found] = find([evaluation(tmp_path / "one", better(), answers={"tuned": "mine"})])
    read = read_evaluation(found)
    assert read.answers["tuned"]["q3"].turns == ("mine 3",)
    assert read.texts["q3"] == "What is 3?"


@pytest.mark.parametrize("damage", ["figures.json", "judgements.jsonl", "value", "nothing", "twice"])
def test_bad_input_is_refused_by_place(tmp_path: Path, damage: str) -> None:
    folder = evaluation(tmp_path / "one", better())
    paths = [folder]
    if damage == "nothing":
        paths = [tmp_path / "empty"]
        paths[0].mkdir()
    elif damage == "twice":
        paths = [folder, folder]
    elif damage == "value":
        (folder / "judgements.jsonl").write_text('{"question": "q", "value": "high"}\n')
    else:
        (folder / damage).write_text((folder / damage).read_text()[:-30])
    with pytest.raises(BadInput) as caught:
        compare(paths)
    assert str(paths[0]) in caught.value.where
