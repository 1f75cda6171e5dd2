"""``tutelage runs``, in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run


@pytest.fixture
def made(recipe: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    run(["run", str(recipe), "--quiet"])
    capsys.readouterr()
    return Path("runs/everyday")


def test_list_and_show(made: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["runs", "list"]) == 0
    assert "everyday" in capsys.readouterr().out
    assert run(["runs", "show", str(made)]) == 0
    shown = capsys.readouterr().out
    assert "accepted: 4" in shown
    assert "sent" in shown
    run(["runs", "list", "elsewhere"])
    assert "no runs below elsewhere" in capsys.readouterr().out


def test_replay_and_verify(made: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["runs", "replay", str(made), "--out", "again"]) == 0
    assert "4 examples derived again from 8 stored replies" in capsys.readouterr().out
    assert run(["runs", "replay", str(made), "--out", "again"]) == 2
    capsys.readouterr()
    assert run(["runs", "verify", str(made), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"same": True, "differing": []}
    (made / "dataset" / "alpaca.jsonl").write_text("")
    assert run(["runs", "verify", str(made)]) == 1
    assert "alpaca.jsonl" in capsys.readouterr().out


def test_show_traces_the_filters(made: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["runs", "show", str(made), "--trace"]) == 0
    told = capsys.readouterr().out
    assert "shape: 4 in, 4 out" in told
    assert run(["runs", "show", str(made), "--trace", "--json"]) == 0
    trace = json.loads(capsys.readouterr().out)["trace"]
    assert [(step["filter"], step["leaving"]) for step in trace] == [("shape", 4), ("duplicate", 4)]


def test_without_a_command_the_runs_are_listed(made: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["runs"]) == 0
    assert "runs/everyday" in capsys.readouterr().out
    assert run(["runs", "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)["runs"]] == ["everyday"]
