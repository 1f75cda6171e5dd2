"""What a dataset covers, and what of it is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.gaps import Coverage, Wanted
from tutelage.methods.survey import survey

TASKS = ("poems about the sea", "poems about rivers", "sums")


def row(task: str, number: int, **more: Any) -> dict[str, Any]:
    return {"instruction": f"{task}, number {number}", "output": "a", "cell": {"task": task}, **more}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [row(task, number, licence="CC0-1.0") for task in TASKS for number in range(9)]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return path


def test_gaps_count_the_dataset_and_what_is_new(data: Path) -> None:
    found = survey([data], [Wanted({"task": "sums"}), Wanted({"task": "letters"})], 0)
    assert [gap.missing for gap in found.gaps(10)] == [1, 10]
    new = Coverage()
    new.add({"task": "letters"})
    assert [gap.missing for gap in found.gaps(10, new)] == [1, 9]
    assert found.licences == ("CC0-1.0",)


def test_shown_are_requests_of_near_cells_by_lot(data: Path) -> None:
    found = survey([data], [], 0)
    wanted = {"task": "poems about the moon"}
    shown = [found.shown(wanted, 2, 0, f"place {number}") for number in range(40)]
    assert found.shown(wanted, 2, 0, "place 0") == shown[0]
    assert len({json.dumps(each) for each in shown}) > 5
    cells = [each["cell"] for pair in shown for each in pair]
    assert cells.count(TASKS[0]) > cells.count(TASKS[1]) > 0
    assert TASKS[2] not in cells
    assert all(each["request"].startswith(each["cell"]) for pair in shown for each in pair)
    assert len(found.shown({"task": "knitting"}, 2, 0, "x")) == 2  # nothing near: anything shows the manner
    assert found.shown(wanted, 0, 0, "x") == []


def test_a_row_added_moves_at_most_one_sample(data: Path) -> None:
    before = survey([data], [], 0).samples
    with data.open("a", encoding="utf-8") as file:
        file.write(
            json.dumps(row("sums", 99)) + "\n" + json.dumps(row("sums", 100) | {"instruction": "x" * 700})
        )
    after = survey([data], [], 0).samples
    assert before[:2] == after[:2]
    assert len(set(before[2]) - set(after[2])) <= 1
    assert len(after[2]) == 4


def test_a_bad_row_is_refused_with_its_place(data: Path) -> None:
    with data.open("a", encoding="utf-8") as file:
        file.write('{"x": 1}\n')
    with pytest.raises(BadInput, match=r"data\.jsonl:28"):
        survey([data], [], 0)
