from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli import doctor
from tutelage.cli.main import run


def recipe(folder: Path, teacher: str) -> str:
    path = folder / "r.yaml"
    path.write_text(f"teacher: {teacher}\nmethod: skillmix\n", encoding="utf-8")
    return str(path)


def test_the_installation(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda module: None)
    assert run(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "aiohttp" in shown
    assert 'pip install "tutelage[local]"' in shown
    assert run(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["extras"]["tune"] is False
    assert found["disk_free"] > 0
    assert found["well"] is True


def test_a_model_that_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recipe(tmp_path, "{kind: scripted, default: Hello there.}")
    assert run(["doctor", path, "--json"]) == 0
    role = json.loads(capsys.readouterr().out)["roles"]["teacher"]
    assert role["abilities"]["chat"] is True
    assert role["faults"] == []
    assert run(["doctor", path]) == 0
    assert "it said: Hello there." in capsys.readouterr().out


def test_a_model_that_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recipe(tmp_path, "{kind: scripted}")
    assert run(["doctor", path]) == 1
    assert "fault: no rule matches" in capsys.readouterr().out


def test_a_server_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recipe(tmp_path, "{model: x, base_url: 'http://127.0.0.1:9/v1'}")
    assert run(["doctor", path, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["roles"]["teacher"]["reachable"] is False
    assert found["roles"]["teacher"]["remedy"]
    assert found["well"] is False
