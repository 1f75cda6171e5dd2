"""Recorded judgements as files: plain or gzip, refused by their place when damaged."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.record_files import Record, figure, read_json, read_records, text_field

ROWS = [{"a": 1}, {"a": "two\u2028three"}]


def test_lists_and_lines_plain_and_compressed_are_the_same_records(tmp_path: Path) -> None:
    whole = json.dumps(ROWS, ensure_ascii=False)
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS) + "\n"
    for name, text in (("x.json", whole), ("x.jsonl", lines)):
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        for path in (tmp_path / name, tmp_path / f"{name}.gz"):
            assert [record.data for record in read_records(path)] == ROWS
    assert read_records(tmp_path / "x.jsonl")[1].place.endswith("x.jsonl:2")
    assert read_records(tmp_path / "x.json")[1].place.endswith("x.json:row 2")


def test_damage_is_told(tmp_path: Path) -> None:
    cut = tmp_path / "cut.json"
    cut.write_text('[{"a": 1}, {"a"', "utf-8")
    with pytest.raises(BadInput, match="cut off"):
        read_json(cut)
    lines = tmp_path / "cut.jsonl"
    lines.write_text('{"a": 1}\n{"a": ', "utf-8")
    with pytest.raises(BadInput, match="not valid JSON") as error:
        read_json(lines)
    assert "cut.jsonl:2" in error.value.where
    half = tmp_path / "half.json.gz"
    half.write_bytes(gzip.compress(b"[1, 2, 3]" * 50)[:-12])
    with pytest.raises(BadInput, match="damaged or cut off"):
        read_json(half)
    (tmp_path / "latin.json").write_bytes(b'["\xe9"]')
    with pytest.raises(BadInput, match="not UTF-8"):
        read_json(tmp_path / "latin.json")
    with pytest.raises(BadInput, match="cannot be read"):
        read_json(tmp_path / "absent.json")
    (tmp_path / "number.json").write_text("7", "utf-8")
    with pytest.raises(BadInput, match="a list of records is expected"):
        read_records(tmp_path / "number.json")
    (tmp_path / "numbers.json").write_text("[7]", "utf-8")
    with pytest.raises(BadInput, match="must be a JSON object"):
        read_records(tmp_path / "numbers.json")


def test_figures_are_numbers_on_the_scale_or_absent() -> None:
    assert [figure(value, 1, 2, "here") for value in (1, None, "", float("nan"), float("inf"))] == [
        *(1.0,),
        *(None, None, None, None),
    ]
    for value in (0, 2.1, "much", "1.5", "NaN", True, [1], 10**400):
        with pytest.raises(BadInput, match="a number from 1 to 2 is expected"):
            figure(value, 1, 2, "here")


def test_in_tables_numbers_are_text() -> None:
    values = [figure(value, 1, 2, "here", text=True) for value in ("1.5", " ", "NaN", 2)]
    assert values == [1.5, None, None, 2.0]
    with pytest.raises(BadInput, match="a number from 1 to 2 is expected"):
        figure("much", 1, 2, "here", text=True)


def test_the_fields_that_are_there_are_named() -> None:
    assert text_field(Record("f:1", {"id": 7}), ("key", "id")) == "7"
    with pytest.raises(BadInput, match="it has x, y"):
        text_field(Record("f:1", {"x": 1, "y": 2}), ("id",))
