from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.templating.natural_instructions import read_task

TASK: dict[str, Any] = {
    "Definition": ["Add the numbers."],
    "Positive Examples": [
        {"input": "1 1", "output": "2", "explanation": "so"},
        {"input": "2 2", "output": "4"},
        {"input": "", "output": "0"},
    ],
    "Instances": [{"input": "2 2", "output": ["4", "four"]}, {"input": "3 1", "output": "4"}],
    "Instance License": ["MIT"],
}


def write(tmp_path: Path, **changes: Any) -> Path:
    path = tmp_path / "task1.json"
    path.write_text(json.dumps({**TASK, **changes}), encoding="utf-8")
    return path


def test_a_task(tmp_path: Path) -> None:
    task = read_task(write(tmp_path))
    assert (task.definition, task.licence, len(task.examples)) == ("Add the numbers.", "MIT", 2)
    first, second = (row.data for row in task.rows(5))
    assert (first["input"], first["outputs"], second["outputs"]) == ("2 2", ["4", "four"], ["4"])
    assert [each["input"] for each in first["examples"]] == ["1 1"]  # never the instance itself
    assert [len(row.data["examples"]) for row in task.rows(1)] == [1, 1]
    assert [len(row.data["examples"]) for row in task.rows(0)] == [0, 0]


@pytest.mark.parametrize(
    "changes", [{"Definition": []}, {"Definition": None}, {"Instances": []}, {"Instances": {"a": 1}}]
)
def test_what_is_no_task(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="no task of Super-NaturalInstructions"):
        read_task(write(tmp_path, **changes))


@pytest.mark.parametrize(
    "instance", ["x", {"input": 1, "output": ["a"]}, {"input": "a"}, {"input": "a", "output": [1]}]
)
def test_a_bad_instance_has_its_place(tmp_path: Path, instance: Any) -> None:
    task = read_task(write(tmp_path, Instances=[{"input": "a", "output": "b"}, instance]))
    with pytest.raises(BadInput, match="an instance needs") as caught:
        list(task.rows(0))
    assert caught.value.where.endswith("task1.json:instance 2")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,b\n\xff,1\n")
    for each in (path, tmp_path / "absent.json"):
        with pytest.raises(BadInput, match="cannot be read as a task"):
            read_task(each)
