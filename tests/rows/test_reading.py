"""Rows of every container, and what damaged files are told."""

from __future__ import annotations

import json
import sys
import tracemalloc
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from tutelage.errors import BadInput, MissingExtra
from tutelage.rows import Row, read_rows

ONE = {"instruction": "写诗", "output": "春"}
TWO = {"instruction": "b", "output": "é", "other": [1, None]}


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "places"),
    [
        ("a.json", json.dumps([ONE, TWO], indent=1), ["row 1", "row 2"]),
        ("a.json", json.dumps({"name": "x", "examples": [ONE, TWO]}), ["row 1", "row 2"]),
        ("a.json", f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n", ["1", "2"]),
        ("a.jsonl", f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}", ["1", "3"]),
        ("a.JSONL", f"{json.dumps(ONE)}\r\n{json.dumps(TWO)}\r\n", ["1", "2"]),
        ("a.ndjson", f"\ufeff{json.dumps(ONE)}\n{json.dumps(TWO)}\n", ["1", "2"]),
        ("a.jsonl", json.dumps([ONE, TWO]), ["row 1", "row 2"]),
    ],
)
def test_json_in_all_its_shapes(tmp_path: Path, name: str, content: str, places: list[str]) -> None:
    path = write(tmp_path / name, content)
    assert list(read_rows(path)) == [
        Row(f"{path}:{place}", data) for place, data in zip(places, (ONE, TWO), strict=True)
    ]


def test_tables_keep_cells_with_separators_and_line_breaks(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '\ufeffinstruction,output\n"a, b","line\nbreak ""x"""\n\nc,d\n')
    assert list(read_rows(path)) == [
        Row(f"{path}:3", {"instruction": "a, b", "output": 'line\nbreak "x"'}),
        Row(f"{path}:5", {"instruction": "c", "output": "d"}),
    ]
    path = write(tmp_path / "a.tsv", "instruction\toutput\na, b\tc\n")
    assert next(read_rows(path)).data == {"instruction": "a, b", "output": "c"}


def test_a_table_cell_may_be_long(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "instruction,output\na," + "x" * 300_000 + "\n")
    assert len(next(read_rows(path)).data["output"]) == 300_000


def test_text_lines_and_parquet(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Tell me a joke.\n\n  写诗\n")
    assert [row.data for row in read_rows(path)] == [{"text": "Tell me a joke."}, {"text": "  写诗"}]
    path = tmp_path / "a.parquet"
    parquet.write_table(arrow.Table.from_pylist([ONE, ONE]), path)
    assert list(read_rows(path)) == [Row(f"{path}:row 1", ONE), Row(f"{path}:row 2", ONE)]


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.parquet", b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r'pip install "tutelage\[big\]"'):
        list(read_rows(path))


def test_json_lines_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    line = json.dumps({"instruction": "x" * 500, "output": "y" * 500}) + "\n"
    path.write_text(line * 20_000)  # 20 MB
    tracemalloc.start()
    assert sum(1 for _ in read_rows(path)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_lone_surrogates_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "\\ud800 x"}\n')
    assert next(read_rows(path)).data == {"text": "\ud800 x"}


GOOD = '{"instruction": "a", "output": "b"}\n'
MALFORMED: list[tuple[str, str | bytes, str, str, str]] = [
    # file, content, and what the error must say of: what, where, to do
    ("half.jsonl", GOOD + '{"instruction": "a", "outp', "looks cut off", "half.jsonl:2", "line"),
    (
        "comma.jsonl",
        GOOD + '{"instruction": "a",, "output": "b"}\n',
        "double quotes, near",
        "comma.jsonl:2",
        "mend",
    ),
    (
        "latin.jsonl",
        GOOD.encode() + b'{"instruction": "caf\xe9"}\n',
        "0xe9 at offset 56",
        "latin.jsonl:2",
        "UTF-8",
    ),
    ("wide.json", '[{"a": 1}]'.encode("utf-16"), "UTF-16", "wide.json:1", "iconv"),
    ("empty.jsonl", "", "no rows", "empty.jsonl", "at least one"),
    ("blank.json", " \n\n", "no rows", "blank.json", "at least one"),
    ("none.json", "[]", "no rows", "none.json", "at least one"),
    ("text.jsonl", GOOD + '"just text"\n', "a text: 'just text'", "text.jsonl:2", "write rows like"),
    ("mixed.json", '[{"instruction": "a"}, 7]', "a number: 7", "mixed.json:row 2", "write rows like"),
    ("tree.json", '{"name": "x", "children": []}', "'name', 'children'", "tree.json:1", "examples"),
    ("open.json", '[\n{"instruction": "a"},\n{"instr', "looks cut off", "open.json:3", "stopped"),
    ("deep.jsonl", "[" * 100_000, "deep|cut off", "deep.jsonl", ""),
    ("ragged.csv", "instruction,output\na,b\nc,d,e\n", "3 cells, the header 2", "ragged.csv:3", "quote"),
    ("quote.csv", 'instruction,output\n"a,b\n', "unexpected end", "quote.csv:2", "quotation"),
    ("twice.csv", "a,b,a\n1,2,3\n", "two columns are called 'a'", "twice.csv:1", "own name"),
    ("broken.parquet", b"PAR1 but no more than that", "Parquet", "broken.parquet", "again"),
    ("data.xlsx", b"PK", "'.xlsx' cannot be read", "data.xlsx", ".jsonl"),
    ("data", "x", "''", "data", ".jsonl"),
]


@pytest.mark.parametrize(("name", "content", "what", "where", "remedy"), MALFORMED, ids=lambda x: str(x)[:16])
def test_damaged_files_are_refused_by_place(
    tmp_path: Path, name: str, content: str | bytes, what: str, where: str, remedy: str
) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(BadInput, match=what) as caught:
        list(read_rows(path))
    assert where in caught.value.where
    assert remedy in caught.value.remedy


def test_missing_files_and_folders(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", GOOD)
    with pytest.raises(BadInput, match=r"did you mean 'train\.jsonl'"):
        list(read_rows(tmp_path / "trian.jsonl"))
    with pytest.raises(BadInput, match="folder"):
        list(read_rows(tmp_path))


def test_another_separator_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "mail.csv", "text;label\nBuy, now!;1\n")
    with pytest.raises(BadInput, match="'text;label': the separator looks like ';'"):
        list(read_rows(path))
    assert next(read_rows(write(tmp_path / "one.csv", "text\nBuy; now!\n"))).data == {"text": "Buy; now!"}
