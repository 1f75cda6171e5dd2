from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tutelage.tune.course import Course, Updates, collated
from tutelage.tune.curve import Curve
from tutelage.tune.progress import Clock, silent
from tutelage.tune.tokens import UNTRAINED, Row
from tutelage.tune.updates import plan


def _row(number: int) -> Row:
    length = 4 + number % 5
    return Row(f"row-{number}", tuple(range(length)), (UNTRAINED, *range(1, length)))


def _course(folder: Path, *, packing: bool, most: int | None = None) -> Course:
    rows = [_row(number) for number in range(10)]
    return Course(
        rows=rows,
        held_out=(),
        plan=plan(len(rows), batch=5, epochs=1, steps=None, seed=0),
        due=frozenset({2}),
        packing=packing,
        room=12,
        most=most,
        folder=folder,
        select="loss",
        curve=Curve(folder, ()),
        clock=Clock(2),
        tell=silent,
        fill=lambda model, place: None,
        rebuild=lambda: None,
    )


def _as_given(rows: Sequence[Any]) -> Sequence[Any]:
    return rows


def test_a_micro_batch_is_its_rows_as_the_collator_wants_them() -> None:
    made = collated([_row(0), _row(3)], _as_given)
    assert made["ids"] == ["row-0", "row-3"]
    assert made["inputs"][1] == {"input_ids": [0, 1, 2, 3, 4, 5, 6], "labels": [UNTRAINED, 1, 2, 3, 4, 5, 6]}


@pytest.mark.parametrize("packing", [True, False])
def test_every_row_is_in_one_update_and_room_is_kept(tmp_path: Path, packing: bool) -> None:
    updates = Updates(_course(tmp_path, packing=packing), _as_given, 0, 1)
    seen = [name for number in range(len(updates)) for name in updates[number]["ids"]]
    assert sorted(seen) == sorted(f"row-{number}" for number in range(10))
    for number in range(len(updates)):
        for part in updates[number]["parts"]:
            lengths = [len(row["input_ids"]) for row in part["inputs"]]
            held = sum(lengths) if packing else max(lengths) * len(lengths)
            assert held <= 12


def test_a_bound_on_rows_counts_in_place_of_room(tmp_path: Path) -> None:
    updates = Updates(_course(tmp_path, packing=False, most=5), _as_given, 0, 1)
    assert [len(updates[number]["parts"]) for number in range(2)] == [1, 1]


@pytest.mark.parametrize("processes", [2, 3])
def test_processes_share_an_update_and_take_as_many_steps(tmp_path: Path, processes: int) -> None:
    course = _course(tmp_path, packing=False, most=1)
    shares = [Updates(course, _as_given, process, processes)[0] for process in range(processes)]
    assert len({len(share["parts"]) for share in shares}) == 1
    assert len({share["trained"] for share in shares}) == 1
    trained = [
        part["ids"][0]
        for share in shares
        for part in share["parts"]
        if any(label != UNTRAINED for label in part["inputs"][0]["labels"])
    ]
    assert sorted(trained) == sorted(shares[0]["ids"])  # what fills up the last step trains nothing
