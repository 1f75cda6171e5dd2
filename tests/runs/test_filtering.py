"""Files in, files out: order, unknown fields, refusals with their reasons, nothing half done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.filters.filter import Filter
from tutelage.filters.keywords import Keywords
from tutelage.filters.novelty import Novelty
from tutelage.filters.safety import Safety
from tutelage.records import Example
from tutelage.rows import read_rows
from tutelage.runs.filtering import UNREADABLE, FilterResult, filter_files, rejected_file_of


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def alpaca(instruction: str, **more: Any) -> dict[str, Any]:
    return {"z": 1, "instruction": instruction, "output": "answer", **more, "a": [None, {"deep": "é"}]}


def test_order_and_unknown_fields_are_kept_and_refusals_lie_beside(tmp_path: Path) -> None:
    one = jsonl(tmp_path / "one.jsonl", [alpaca("say hello"), alpaca("count to ten"), alpaca("SAY hello")])
    two = tmp_path / "two.json"
    two.write_text(json.dumps([alpaca("count  to ten"), alpaca("写一首诗"), alpaca("写一首诗。")]))
    result = filter_files([one, two], [Duplicate(), Novelty()], tmp_path / "out.jsonl")
    assert lines(result.out) == [alpaca("say hello"), alpaca("count to ten"), alpaca("写一首诗")]
    assert [list(row) for row in lines(result.out)] == [list(alpaca("x"))] * 3
    assert result == FilterResult(
        6,
        3,
        {"duplicate:exact": 2, "novelty:too_similar": 1},
        {},
        tmp_path / "out.jsonl",
        tmp_path / "out.rejected.jsonl",
    )
    refused = lines(result.rejected_file)
    assert [(row["reason"], row["score"], row["place"], row["witness"]) for row in refused] == [
        ("duplicate:exact", 1.0, f"{one}:3", f"{one}:1"),
        ("duplicate:exact", 1.0, f"{two}:row 1", f"{one}:2"),
        ("novelty:too_similar", 1.0, f"{two}:row 3", f"{two}:row 2"),
    ]
    assert refused[0]["row"] == alpaca("SAY hello")
    assert refused[2]["detail"] == "ROUGE-L 1.000"


FORMATS: dict[str, dict[str, Any]] = {
    "alpaca": {"instruction": "q", "input": "", "output": "a"},
    "sharegpt": {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
    "messages": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
    "prompt-completion": {"prompt": "q", "completion": "a"},
    "conversational": {
        "prompt": [{"role": "user", "content": "q"}],
        "completion": [{"role": "assistant", "content": "a"}],
    },
    "p3": {"inputs": "q", "targets": "a"},
    "native": Example.single_turn("q", "a", id="x", cell={"k": "v"}, lineage={"seed": 1}).as_dict(),
}


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".parquet"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_passes_through_every_container(tmp_path: Path, name: str, ending: str) -> None:
    row = FORMATS[name]
    source = jsonl(tmp_path / "in.jsonl", [row, row])
    result = filter_files([source], [Duplicate()], tmp_path / f"out{ending}")
    assert (result.read, result.kept, result.rejected) == (2, 1, {"duplicate:exact": 1})
    assert [each.data for each in read_rows(result.out)] == [row]


def test_formats_may_be_mixed_in_one_pool(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", list(FORMATS.values()))
    result = filter_files([source], [Duplicate()], tmp_path / "out.jsonl")
    assert (result.read, result.kept) == (len(FORMATS), 1)


def test_rows_that_are_no_examples_are_refused_with_their_place(tmp_path: Path) -> None:
    bad = {"instruction": "b", "ouput": "c"}
    source = jsonl(tmp_path / "in.jsonl", [alpaca("a"), bad, {"messages": [{"role": "x", "content": "y"}]}])
    result = filter_files([source], [Duplicate()], tmp_path / "out.jsonl")
    assert (result.kept, result.unreadable, result.rejected) == (1, 2, {UNREADABLE: 2})
    first = lines(result.rejected_file)[0]
    assert (first["reason"], first["place"], first["row"]) == (UNREADABLE, f"{source}:2", bad)
    assert "did you mean 'ouput'" in first["detail"]


def test_strict_ends_at_the_first_of_them(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [alpaca("a"), {"question": "b"}])
    with pytest.raises(BadInput, match=r"in\.jsonl:2"):
        filter_files([source], [Duplicate()], tmp_path / "out.jsonl", strict=True)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_pool_without_any_example_is_an_error(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [{"question": "a"}, {"question": "b"}])
    with pytest.raises(BadInput, match=r"in\.jsonl:1"):
        filter_files([source], [Duplicate()], tmp_path / "new" / "out.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("out", ["in.jsonl", "./sub/../in.jsonl", "link.jsonl"])
def test_an_input_is_never_written_over(tmp_path: Path, out: str) -> None:
    source = jsonl(tmp_path / "in.jsonl", [alpaca("a")])
    (tmp_path / "link.jsonl").symlink_to(source)
    (tmp_path / "sub").mkdir()
    before = source.read_text()
    with pytest.raises(BadInput, match="written over"):
        filter_files([source], [Duplicate()], tmp_path / out)
    assert source.read_text() == before


def test_refusals_never_write_over_an_input_either(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "x.rejected.jsonl", [alpaca("a")])
    assert rejected_file_of(tmp_path / "x.json") == source
    with pytest.raises(BadInput, match="refused rows"):
        filter_files([source], [Duplicate()], tmp_path / "x.json")


def test_what_parquet_cannot_hold_leaves_no_file(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [alpaca("a", x=1), alpaca("b", x="two"), alpaca("a")])
    with pytest.raises(BadInput, match="column 'x'"):
        filter_files([source], [Duplicate()], tmp_path / "new" / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_kept_rows_on_which_a_filter_has_something_to_say_are_counted(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [alpaca("写诗"), alpaca("写诗"), alpaca("hello")])
    result = filter_files([source], [Novelty(tokens="rouge")], tmp_path / "out.jsonl")
    assert (result.kept, result.noted) == (3, {"novelty:no_tokens": 2})


def test_a_scope_may_be_the_file(tmp_path: Path) -> None:
    files = [
        jsonl(tmp_path / f"{name}.jsonl", [alpaca("same words here"), alpaca("same words here")])
        for name in "ab"
    ]
    assert filter_files(files, [Novelty(scope="file")], tmp_path / "out.jsonl").kept == 2


def test_lone_surrogates_survive(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"instruction": "\\ud800 x", "output": "y \\udfff"}\n' * 2)
    result = filter_files([source], [Duplicate(), Novelty(), Keywords(banned=("q",))], tmp_path / "out.jsonl")
    assert lines(result.out) == [{"instruction": "\ud800 x", "output": "y \udfff"}]


def test_progress_is_told_now_and_then_and_at_the_end(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [alpaca(f"number {n}") for n in range(1500)])
    told: list[tuple[int, int]] = []
    filters: list[Filter] = [Keywords()]
    filter_files([source], filters, tmp_path / "out.jsonl", on_progress=lambda *figures: told.append(figures))
    assert told == [(1000, 1000), (1500, 1500)]


def test_an_interrupted_pass_leaves_nothing(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [alpaca(f"number {n}") for n in range(1500)])

    def interrupt(read: int, kept: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filter_files([source], [Keywords()], tmp_path / "out.jsonl", on_progress=interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_file_that_a_filter_reads_is_not_written_over(tmp_path: Path) -> None:
    rows, words = tmp_path / "rows.jsonl", tmp_path / "words.jsonl"
    rows.write_text('{"instruction": "Name a tree.", "output": "An oak."}\n', "utf-8")
    words.write_text("bomb\n", "utf-8")
    with pytest.raises(BadInput, match="written over"):
        filter_files([rows], [Safety(list_files=(str(words),))], words)
    assert words.read_text("utf-8") == "bomb\n"
    with pytest.raises(BadInput, match="no name for a file"):
        filter_files([rows], [Safety(list_files=(str(words),))], Path("."))
