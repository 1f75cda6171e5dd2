"""Inputs of an analysis: files, folders and runs, good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from toy import answering, recipe_of
from tutelage.analysis.settings import AnalysisSettings
from tutelage.errors import BadInput
from tutelage.runs.inputs import named, read_input
from tutelage.runs.stages import execute
from tutelage.teachers.scripted import Scripted

SETTINGS = AnalysisSettings()


def alpaca(instruction: Any, output: Any = "So.", **rest: Any) -> dict[str, Any]:
    return {"instruction": instruction, "input": "", "output": output, **rest}


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_file_with_rows_that_are_no_examples(tmp_path: Path) -> None:
    rows = [
        alpaca("a"),
        {"question": "b"},
        alpaca(7),
        alpaca("c", cell={"task": 3}),
        alpaca("d", cell={"task": "x"}),
    ]
    path = jsonl(tmp_path / "in.jsonl", rows)
    found = read_input("in", path, SETTINGS)
    assert [each.instruction for each in found.examples] == ["a", "d"]
    assert (found.source.examples, found.source.unreadable, found.run) == (2, 3, None)
    assert [each.place.partition(",")[0] for each in found.source.refused] == [
        f"{path}:{n}" for n in (2, 3, 4)
    ]
    assert "'instruction' must be a text, but it is 7" in found.source.refused[1].reason


def test_only_the_first_refusals_are_quoted_and_all_are_counted(tmp_path: Path) -> None:
    found = read_input("in", jsonl(tmp_path / "in.jsonl", [alpaca("a"), *[{"q": 1}] * 50]), SETTINGS)
    assert (found.source.unreadable, len(found.source.refused)) == (50, 20)


def test_a_file_without_any_example_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"in\.jsonl:1"):
        read_input("in", jsonl(tmp_path / "in.jsonl", [{"question": "a"}, {"question": "b"}]), SETTINGS)


def test_a_damaged_line_is_refused_with_its_place(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "in.jsonl", [alpaca("a")])
    path.write_text(path.read_text() + '{"instruction": "b", "outp')
    with pytest.raises(BadInput, match=r"in\.jsonl:2.*\n*.*half-written") as caught:
        read_input("in", path, SETTINGS)
    assert "cut off" in str(caught.value)


def test_a_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "in.jsonl", [alpaca(f"number {n}" + "x" * 200) for n in range(50_000)])

    def grow(line: str) -> None:
        with path.open("a") as file:
            file.write(json.dumps(alpaca("late")) + "\n")

    found = read_input("in", path, SETTINGS, grow)
    assert found.source.examples == len(found.examples) == 50_001
    assert "changed while it was read" in found.source.notes[0]


def test_half_a_surrogate_pair_is_mended_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(
        '{"instruction": "\\ud800 x", "output": "y", "cell": {"t\\udfff": "v"}}\n'
        '{"instruction": "a", "output": "😀"}\n'
    )
    found = read_input("in", path, SETTINGS)
    assert found.source.repaired == 1
    assert [each.instruction for each in found.examples] == ["\ufffd x", "a"]
    assert found.examples[0].cell == {"t\ufffd": "v"}
    json.dumps([each.as_dict() for each in found.examples], ensure_ascii=False).encode()


def test_large_rows_make_the_sample_smaller(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "in.jsonl", [alpaca("a", "x" * 100_000) for _ in range(20)])
    found = read_input("in", path, AnalysisSettings(characters=350_000))
    assert (found.source.examples, len(found.examples)) == (20, 3)
    assert len(read_input("in", path, AnalysisSettings(sample=7)).examples) == 7


def test_a_folder_is_one_input_and_tells_the_files_that_are_no_datasets(tmp_path: Path) -> None:
    jsonl(tmp_path / "b.jsonl", [alpaca("b")])
    jsonl(tmp_path / "a.jsonl", [alpaca("a1"), alpaca("a2")])
    (tmp_path / "tree.json").write_text('{"name": "root", "children": []}')
    (tmp_path / "README.txt").write_text("not rows\n")
    found = read_input("all", tmp_path, SETTINGS)
    assert [each.instruction for each in found.examples] == ["a1", "a2", "b"]
    assert [each.cell["file"] for each in found.examples] == ["a.jsonl", "a.jsonl", "b.jsonl"]
    assert (found.source.kind, found.source.unreadable) == ("folder", 1)
    assert "tree.json" in found.source.refused[0].place
    assert "must be a list of rows" in found.source.refused[0].reason


def test_a_damaged_file_of_a_folder_is_refused(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", [alpaca("a")])
    (tmp_path / "b.jsonl").write_text(json.dumps(alpaca("b")) + "\n{\n")
    with pytest.raises(BadInput, match=r"b\.jsonl:2"):
        read_input("all", tmp_path, SETTINGS)


def test_folders_that_are_no_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither a run nor dataset files"):
        read_input("none", tmp_path, SETTINGS)
    jsonl(tmp_path / "provenance.jsonl", [{"id": "1"}])
    with pytest.raises(BadInput, match="this folder is an export"):
        read_input("export", tmp_path, SETTINGS)
    with pytest.raises(BadInput, match="no such file"):
        read_input("none", tmp_path / "nothing.jsonl", SETTINGS)


async def test_a_run_has_facts_and_wishes(tmp_path: Path) -> None:
    recipe = recipe_of(Scripted.of(answering(share_bad=0.3)), target=12, toy={"gather": True})
    result = await execute(recipe, tmp_path)
    (tmp_path / "materials" / "skills.txt").write_text("rhyme\n")
    found = read_input("run", tmp_path, SETTINGS)
    assert found.run is not None
    assert (found.source.kind, len(found.examples), found.run.accepted) == ("run", 12, 12)
    assert found.run.rejected == result.rejected
    assert found.wishes.names == {"skills": ("rhyme",)}


def test_names_are_as_long_as_they_must_be(tmp_path: Path) -> None:
    paths = [tmp_path / "x" / "a.json", tmp_path / "y" / "a.json", tmp_path / "b.json"]
    assert list(named(paths)) == ["x/a.json", "y/a.json", "b.json"]
    with pytest.raises(BadInput, match="given twice"):
        named([tmp_path / "a.json", tmp_path / "x" / ".." / "a.json"])
