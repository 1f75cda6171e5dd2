"""Questions out of benchmark files of every shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.filters.questions import Question, read_questions


def read(tmp_path: Path, *rows: Any) -> list[str]:
    path = tmp_path / "exam.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return [question.text for question in read_questions([path]).found]


@pytest.mark.parametrize(
    ("row", "texts"),
    [
        ({"instruction": "Sort.", "input": "b a", "output": "a b"}, ["Sort.\nb a"]),
        ({"question": "Why?", "std_answer": "So."}, ["Why?"]),
        ({"prompt": "Why?"}, ["Why?"]),
        ({"turns": ["Why?", "And then?"]}, ["Why?", "And then?"]),
        ({"messages": [{"role": "user", "content": "A?"}, {"role": "assistant", "content": "B."}]}, ["A?"]),
        ({"conversations": [{"from": "human", "value": "A?"}, {"from": "gpt", "value": "B."}]}, ["A?"]),
        ({"prompt": [{"role": "user", "content": [{"type": "text", "text": "A?"}]}]}, ["A?"]),
        ({"instruction": "Sort.", "instances": [{"input": "a"}, {"input": ""}]}, ["Sort.\na", "Sort."]),
        ({"turns": None, "text": "写一首诗。"}, ["写一首诗。"]),
    ],
)
def test_each_shape(tmp_path: Path, row: dict[str, Any], texts: list[str]) -> None:
    assert read(tmp_path, row) == texts


def test_places_name_line_and_turn(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"turns": ["A?", "B?"]}\n{"prompt": "C?"}\n')
    places = [question.place for question in read_questions([path]).found]
    assert places == [f"{path}:1 turn 1", f"{path}:1 turn 2", f"{path}:2"]


def test_tables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("id,question\n1,Why?\n")
    assert read_questions([path]).found == (Question(f"{path}:2", "Why?"),)


def test_empty_questions_are_passed_over_and_told(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"prompt": "A?"}\n{"prompt": " … "}\n{"other": 1}\n{"turns": []}\n')
    read_back = read_questions([path])
    assert [question.text for question in read_back.found] == ["A?"]
    assert read_back.empty == (f"{path}:2", f"{path}:3", f"{path}:4")


def test_a_file_without_questions_is_refused_with_the_nearest_field(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, {"qestion": "Why?", "id": 3})
    assert "holds no question" in caught.value.what
    assert "'qestion'" in caught.value.what
    assert "did you mean 'question'" in caught.value.remedy


@pytest.mark.parametrize("value", [3, {"a": 1}, [3], [{"role": "user", "content": 5}]])
def test_a_field_of_another_type_is_refused_with_place_and_value(tmp_path: Path, value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, {"prompt": "fine"}, {"prompt": value})
    assert caught.value.where.endswith(":2")
    assert "prompt" in caught.value.what
