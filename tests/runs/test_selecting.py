"""Files in, chosen rows out as they were read, and a reason for every row beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.rows import read_rows
from tutelage.runs.selecting import select_files, selection_file_of
from tutelage.select.deita import Deita
from tutelage.select.even import Even
from tutelage.select.kcenter import KCenter
from tutelage.select.random import Random


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [row.data for row in read_rows(path)]


def alpaca(instruction: str, **more: Any) -> dict[str, Any]:
    return {"z": [1, {"deep": "é"}], "instruction": instruction, "output": "An answer.", **more}


def test_rows_keep_order_and_fields_and_every_one_has_its_reason(tmp_path: Path) -> None:
    rows = [alpaca(f"question {number}", quality=number, scores={"c": 2}) for number in range(6)]
    source = jsonl(tmp_path / "in.jsonl", [*rows[:3], {"x": 1}, *rows[3:], alpaca("unscored")])
    selector = Deita(quality_field="quality", complexity_field="scores.c", threshold=1)
    result = select_files([source], selector, 3, tmp_path / "out.jsonl")
    assert lines(result.out) == [rows[3], rows[4], rows[5]]
    assert result.as_dict() == {
        "read": 8,
        "selected": 3,
        "left_out": {"beyond_budget": 3, "no_score": 1, "row:unreadable": 1},
        "out": str(tmp_path / "out.jsonl"),
        "selection_file": str(tmp_path / "out.selection.jsonl"),
    }
    reasons = lines(result.selection_file)
    assert [each.get("order") for each in reasons] == [None, None, None, None, 3, 2, 1, None]
    assert reasons[6]["score"] == 10
    assert reasons[6]["place"] == f"{source}:7"
    assert reasons[3]["reason"] == "row:unreadable"
    assert "no known format" in reasons[3]["detail"]


def test_a_smaller_budget_chooses_among_the_same_rows_and_bytes_repeat(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [alpaca(f"Tell me of {n} and {n}s", group=n) for n in "abcdefgh"])
    for selector in (Random(), Even(), Deita(), KCenter()):
        small = select_files([source], selector, 3, tmp_path / "small.jsonl", seed=4)
        large = select_files([source], selector, 6, tmp_path / "large.jsonl", seed=4)
        assert small.selected == 3
        assert all(row in lines(large.out) for row in lines(small.out))
        before = large.out.read_bytes(), large.selection_file.read_bytes()
        select_files([source], selector, 6, tmp_path / "large.jsonl", seed=4)
        assert (large.out.read_bytes(), large.selection_file.read_bytes()) == before


def test_several_files_are_one_pool_and_their_names_are_cells(tmp_path: Path) -> None:
    one = jsonl(tmp_path / "one.jsonl", [alpaca(f"one {number}") for number in range(9)])
    two = jsonl(tmp_path / "two.jsonl", [alpaca(f"two {number}") for number in range(2)])
    result = select_files([one, two], Even(by=("file",)), 4, tmp_path / "out.json")
    assert sorted(row["instruction"][:3] for row in lines(result.out)) == ["one", "one", "two", "two"]


def test_scores_in_the_lineage_of_our_own_rows_are_found(tmp_path: Path) -> None:
    rows = [
        {
            "id": name,
            "messages": [{"role": "user", "content": name}, {"role": "assistant", "content": "a"}],
            "instruction": name,
            "cell": {},
            "lineage": {"judge": {"q": score}},
        }
        for name, score in (("a", 1), ("b", 3), ("c", 2))
    ]
    source = jsonl(tmp_path / "in.jsonl", rows)
    selector = Deita(quality_field="judge.q", threshold=1)
    assert select_files([source], selector, 1, tmp_path / "out.jsonl").selected == 1
    # Our own rows are examples with a lineage; a dotted name looks inside it as inside the row.
    assert lines(tmp_path / "out.jsonl") == [rows[1]]


def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "x.selection.jsonl", [alpaca("a")])
    assert selection_file_of(tmp_path / "x.json") == source
    for budget, out in ((0, "y.jsonl"), (1, "x.selection.jsonl"), (1, "x.json")):
        with pytest.raises(BadInput):
            select_files([source], Random(), budget, tmp_path / out)
    with pytest.raises(BadInput, match="no row has a score"):
        select_files([source], Deita(quality_field="nope"), 1, tmp_path / "y.jsonl")
    bad = jsonl(tmp_path / "bad.jsonl", [alpaca("a"), {"x": 1}])
    with pytest.raises(BadInput, match=r"bad\.jsonl:2"):
        select_files([bad], Random(), 1, tmp_path / "y.jsonl", strict=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "x.selection.jsonl"]


def test_real_data(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "self-instruct" / "self_instruct_5k.jsonl"
    result = select_files([source], Deita(threshold=0.5), 100, tmp_path / "out.jsonl")
    assert (result.read, result.selected) == (5000, 100)
    assert result.left_out["too_similar"] >= 1
    assert len(lines(result.selection_file)) == 5000
