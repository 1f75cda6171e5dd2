"""All of a file or nothing of it, and every row back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput, TutelageError
from tutelage.rows import RowWriter, json_line, read_rows, write_rows

ROWS: list[dict[str, Any]] = [
    {"a": "中文", "b": None},
    {"a": "\ud800", "z": [1, {"q": 2.5}]},
    {"z": [], "a": "x\u2028y"},
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", ["o.jsonl", "o.json", "o.ndjson"])
def test_rows_come_back_in_order_with_all_fields(tmp_path: Path, name: str) -> None:
    assert write_rows(tmp_path / "new" / name, ROWS) == 3
    back = [row.data for row in read_rows(tmp_path / "new" / name)]
    assert back == ROWS
    assert [list(row) for row in back] == [list(row) for row in ROWS]


@given(st.dictionaries(st.text(st.characters(exclude_categories=()), max_size=4), VALUES, max_size=4))
def test_any_json_value_survives_a_line(row: dict[str, Any]) -> None:
    line = json_line(row)
    assert json.loads(line) == row
    assert b"\n" not in line


def test_parquet_takes_columns_of_all_rows(tmp_path: Path) -> None:
    write_rows(tmp_path / "o.parquet", [{"a": "x"}, {"a": "y", "b": 1}])
    assert [row.data for row in read_rows(tmp_path / "o.parquet")] == [
        {"a": "x", "b": None},
        {"a": "y", "b": 1},
    ]


def test_objects_without_fields_are_refused_for_parquet(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="do not fit into Parquet"):
        write_rows(tmp_path / "o.parquet", [{"a": {}}])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("second", [{"a": 5}, {"a": "\ud800"}])
def test_what_parquet_cannot_hold_is_refused_by_column(tmp_path: Path, second: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="column 'a'"):
        write_rows(tmp_path / "sub" / "o.parquet", [{"a": "x"}, second])
    assert list(tmp_path.iterdir()) == []


def test_no_rows_make_a_valid_file(tmp_path: Path) -> None:
    write_rows(tmp_path / "o.json", [])
    assert json.loads((tmp_path / "o.json").read_text()) == []


def test_an_error_leaves_the_old_file_and_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "o.jsonl"
    target.write_text("old\n")

    def rows() -> Any:
        yield {"a": 1}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_rows(target, rows())
    with pytest.raises(KeyboardInterrupt):
        write_rows(tmp_path / "deep" / "er" / "o.json", rows())
    assert [path.name for path in tmp_path.iterdir()] == ["o.jsonl"]
    assert target.read_text() == "old\n"


@pytest.mark.parametrize("name", ["o.csv", "o"])
def test_unknown_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"\.jsonl"):
        RowWriter(tmp_path / name)


def test_places_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "o.json").mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        write_rows(tmp_path / "file" / "o.jsonl", [])
    with pytest.raises(BadInput, match="folder"):
        write_rows(tmp_path / "o.json", [])


def test_a_full_disk_is_an_error_with_the_place() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    writer = RowWriter("o.jsonl")
    with full.open("wb", buffering=0) as file:
        writer._file = file
        with pytest.raises(TutelageError, match=r"No space left[\s\S]*o\.jsonl"):
            writer.write({"a": 1})
