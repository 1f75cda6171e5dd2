from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.cli.main import run
from tutelage.export.formats import TEXT_FORMATS
from tutelage.records import Example, Item
from tutelage.store.database import Database
from tutelage.store.examples import Ledger, Spot
from tutelage.store.runs import Run

ROWS = [
    {
        "id": "1",
        "instruction": "Say hi.",
        "input": "",
        "output": "Hi",
        "history": [["q", "a"]],
        "system": "s",
    },
    {"id": "2", "instruction": "概括。", "input": "文", "output": "文。", "history": [], "system": ""},
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def export(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any], str]:
    """Exit code, the last line of standard output as JSON, and standard error."""
    code = run(["export", *map(str, arguments), "--json"])
    told = capsys.readouterr()
    return code, json.loads(told.out.splitlines()[-1]), told.err


@pytest.mark.parametrize("ending", ["jsonl", "json", "parquet"])
def test_a_file_by_its_ending(
    source: Path, tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"out.{ending}"
    code, told, _ = export(capsys, source, "--format", "prompt-completion", "--out", out)
    assert code == 0
    assert told == {
        "examples": 2,
        "rows": {"prompt-completion": 3},
        "left_out": 0,
        "files": [out.name],
        "out": str(out),
    }
    assert out.exists()


def test_a_folder_gets_every_format_and_a_card(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    for _ in range(2):  # the second replaces the first
        code, told, _ = export(
            capsys, source, "--out", out, "--set", "export.licence=mit", "--set", "export.container=json"
        )
        assert code == 0
    assert {f"{name}.json" for name in TEXT_FORMATS} <= set(told["files"])
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "license: mit" in card
    assert "# rows" in card
    assert json.loads((out / "alpaca.json").read_text(encoding="utf-8"))[0]["id"] == "1"


def test_chosen_formats_only(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("--format", "sharegpt", "--format", "messages")
    code, told, _ = export(capsys, source, *chosen, "--out", tmp_path / "out")
    assert code == 0
    assert list(told["rows"]) == ["messages", "sharegpt"]
    assert not (tmp_path / "out" / "alpaca.jsonl").exists()


def test_what_cannot_be_carried_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text('{"id": "good", "inputs": "q", "targets": "a"}\n{"id": "open", "text": "q"}\n')
    code, told, error = export(capsys, source, "--format", "alpaca", "--out", tmp_path / "out.jsonl")
    assert (code, told["examples"], told["left_out"]) == (0, 1, 1)
    assert "left out open" in error


def test_words_for_a_person(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(source), "--format", "alpaca", "--out", str(tmp_path / "x.json")]) == 0
    told = capsys.readouterr().out
    assert "2 examples in" in told
    assert "alpaca" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "alpacca", "--out", "x.jsonl"), "did you mean 'alpaca'"),
        (("--format", "all", "--out", "x.jsonl"), "one file holds one format"),
        (("--out", "taken"), "other things than an export"),
        (("--out", "out", "--set", "exprt.title=x"), "did you mean 'export'"),
        (("--out", "out", "--set", "export.titel=x"), "did you mean 'title'"),
        (("--out", "out", "--set", "export=x"), "export.KEY=VALUE"),
        (("--out", "out", "--set", "export.container=csv"), "container"),
        (("--out", "taken/mine.txt/out"), "cannot be written"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    source: Path,
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(source.parent)
    (source.parent / "taken").mkdir()
    (source.parent / "taken" / "mine.txt").write_text("keep")
    before = sorted(source.parent.rglob("*"))
    assert run(["export", str(source), *arguments]) == 2
    assert told in capsys.readouterr().err
    assert sorted(source.parent.rglob("*")) == before


@pytest.mark.parametrize("source", ["missing", "missing.jsonl", "empty"])
def test_a_source_that_is_not_there_is_told(
    tmp_path: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run(["export", str(tmp_path / source), "--out", str(tmp_path / "out")]) == 2
    assert "where:" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def finished_run(tmp_path: Path) -> Path:
    """A run of one kept example, whose own card states a licence that no example knows."""
    folder = tmp_path / "run"
    recipe = {
        "method": {"kind": "skillmix"},
        "filters": [{"kind": "shape"}],
        "target": 1,
        "language": "en",
        "export": {"title": "My notes"},
    }
    folder.mkdir()
    database = Database(folder / "run.db")
    number = Run(database).begin(name="notes", version="0.1.0", recipe=recipe, fingerprint="f00d", changes=[])
    item = Item.make("skillmix", {"skills": "x"}, {})
    ledger = Ledger(database, number)
    ledger.plan(item, Spot(0, 0))
    kept = Example.single_turn("q", "a", id="e", item=item.id, cell={"skills": "x"}, licence="mit")
    ledger.write_example(kept, Spot(0, 0), "kept")
    database.close()
    (folder / "dataset").mkdir()
    (folder / "dataset" / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    return folder


def test_a_run_by_its_folder(finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = export(capsys, finished_run, "--out", tmp_path / "out")
    assert (code, told["examples"]) == (0, 1)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    for words in ("My notes", "f00d", "| Filters | shape |", "license: cc-by-nc-4.0", "| x | 1 |"):
        assert words in card


def test_what_is_read_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "src.jsonl"
    text = json.dumps({"instruction": "q", "input": "", "output": "a", "my_label": 1}) + "\n"
    source.write_text(text, encoding="utf-8")
    assert run(["export", str(source), "--format", "alpaca", "--out", str(source)]) == 2
    assert source.read_text("utf-8") == text
    assert run(["export", str(source), "--out", str(tmp_path / "x.csv")]) == 2
    assert "no export is a '.csv' file" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()


def test_an_empty_export_is_exit_3_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "q"}\n', encoding="utf-8")
    out = tmp_path / "out.jsonl"
    assert run(["export", str(source), "--format", "alpaca", "--out", str(out)]) == 3
    told = capsys.readouterr()
    assert "nothing was exported: every example was left out" in told.err
    assert "0 examples in" in told.out
