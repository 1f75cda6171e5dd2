from __future__ import annotations

import importlib
import json
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import MissingExtra
from tutelage.export.containers import CONTAINERS, broken, line, open_sink, scrub
from tutelage.export.formats import FORMATS, TEXT_FORMATS, Row

ALPACA = FORMATS["alpaca"].columns


def alpaca(number: int, history: list[list[str]]) -> Row:
    return {
        **dict.fromkeys(("instruction", "input", "output", "system"), "x"),
        "id": str(number),
        "history": history,
    }


def written(path: Path, container: Any, rows: list[Row], columns: Any = ALPACA) -> Path:
    with closing(open_sink(path, container, columns)) as sink:
        for row in rows:
            sink.write(row)
    return path


def read(path: Path, container: str) -> list[Row]:
    if container == "parquet":
        rows: list[Row] = pyarrow.parquet.read_table(path).to_pylist()
        return rows
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if container == "json" else [json.loads(each) for each in text.splitlines()]


@pytest.mark.parametrize("container", CONTAINERS)
@given(data=st.data())
def test_rows_come_back_from_every_container(container: Any, examples: Any, data: st.DataObject) -> None:
    example = data.draw(examples)
    for layout in map(FORMATS.__getitem__, TEXT_FORMATS):
        rows = layout.rows(example)
        with tempfile.TemporaryDirectory() as folder:
            path = written(Path(folder) / "file", container, rows, layout.columns)
            assert read(path, container) == scrub(rows)


@pytest.mark.parametrize("container", CONTAINERS)
def test_equal_rows_give_equal_bytes_and_no_rows_a_whole_file(container: Any, tmp_path: Path) -> None:
    rows = [alpaca(number, [["a", "b"]] if number % 3 else []) for number in range(1_500)]
    one, two = written(tmp_path / "one", container, rows), written(tmp_path / "two", container, rows)
    assert one.read_bytes() == two.read_bytes()
    assert len(read(one, container)) == 1_500
    assert read(written(tmp_path / "none", container, []), container) == []


def test_lines_with_filled_lists_lead_so_that_a_reader_sees_their_type(tmp_path: Path) -> None:
    rows = [alpaca(0, []), alpaca(1, [["a", "b"]]), alpaca(2, []), alpaca(3, [["c", "d"]])]
    path = written(tmp_path / "rows.jsonl", "jsonl", rows)
    assert [row["id"] for row in read(path, "jsonl")] == ["1", "3", "0", "2"]


def test_parquet_declares_lists_that_are_empty_throughout(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.parquet", "parquet", [alpaca(0, [])])
    history = pyarrow.parquet.read_schema(path).field("history").type
    assert history == pyarrow.list_(pyarrow.list_(pyarrow.string()))


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_scrubbed_text_can_always_be_written_and_whole_text_stays(text: str) -> None:
    clean = scrub(text)
    clean.encode("utf-8")
    assert clean == text or broken(text)
    assert len(line({"x": text}).splitlines()) == 1
    assert json.loads(line({"x": text})) == {"x": clean}


def test_two_halves_that_belong_together_become_their_character() -> None:
    assert scrub({"a": ["\ud83d\ude00", "\ud83d!"]}) == {"a": ["😀", "\ufffd!"]}


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtra, match=r"tutelage\[big\]"):
        open_sink(tmp_path / "rows.parquet", "parquet", ALPACA)
    assert list(tmp_path.iterdir()) == []
