"""Rows of several files in order, with what is no example, and no writing over what is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.runs.pools import keep_apart, pooled

GOOD = {"instruction": "q", "output": "a"}


def jsonl(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_rows_come_in_order_with_ids_that_differ_and_stay(tmp_path: Path) -> None:
    files = [jsonl(tmp_path / "a.jsonl", GOOD, {"x": 1}), jsonl(tmp_path / "b.jsonl", GOOD)]
    first, second = list(pooled(files)), list(pooled(files))
    assert first[0].example is not None
    assert first[2].example is not None
    assert first[0].example.id != first[2].example.id
    assert first[1].example is None
    assert first[1].error is not None
    assert [each.row.data for each in first] == [GOOD, {"x": 1}, GOOD]
    assert [each.example for each in first] == [each.example for each in second]


def test_strict_stops_and_a_pool_without_examples_is_refused(tmp_path: Path) -> None:
    good, bad = jsonl(tmp_path / "a.jsonl", GOOD), jsonl(tmp_path / "b.jsonl", {"x": 1}, {"x": 2})
    with pytest.raises(BadInput, match=r"b\.jsonl:1"):
        list(pooled([good, bad], strict=True))
    with pytest.raises(BadInput, match=r"b\.jsonl:1"):
        list(pooled([bad]))


def test_nothing_that_is_read_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    keep_apart([file], tmp_path / "b.jsonl", reasons=tmp_path / "c.jsonl")
    with pytest.raises(BadInput, match="would be written over"):
        keep_apart([file], tmp_path / "x" / ".." / "a.jsonl")
    with pytest.raises(BadInput, match=r"whose refused rows go to .*a\.jsonl"):
        keep_apart([file], tmp_path / "b.jsonl", refused_rows=file)
