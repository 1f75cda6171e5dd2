"""The options of ``tutelage tune`` that need no training."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutelage.cli.main import run
from tutelage.cli.tune import _without_launch
from tutelage.runs import tuning


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "d.jsonl"
    path.write_text('{"instruction": "Say yes.", "input": "", "output": "Yes."}\n')
    return path


BAD = [
    (["--out", "s"], "nothing to tune on"),
    (["d.jsonl"], "--out DIR"),
    (["d.jsonl", "--out", "s", "--base", "smolm2"], "did you mean 'smollm2'"),
    (["d.jsonl", "--out", "s", "--method", "lorra"], "did you mean 'lora'"),
    (["d.jsonl", "--out", "s", "--set", "lora.rnk=1"], "did you mean 'rank'"),
    (["d.jsonl", "--out", "s", "--preset", "paper"], "is not one of"),
    (["d.jsonl", "--out", "s", "--gguf", "q2"], "'f16', 'bf16'"),
    (["d.jsonl", "d.jsonl", "--out", "s"], "given twice"),
    (["none.jsonl", "--out", "s"], "none.jsonl"),
    (["d.jsonl", "--out", "d.jsonl"], "this is a file"),
    (["d.jsonl", "--out", "."], "holds other things"),
    (["d.jsonl", "--out", ".", "--fresh"], "holds other things"),
    (["d.jsonl", "--out", ".", "--launch", "2", "--device", "cpu"], "holds other things"),
    (["d.jsonl", "--out", "/proc/x/y"], "cannot be written to"),
    (["d.jsonl", "--out", "s", "--epochs", "inf"], "finite number"),
    (["d.jsonl", "--out", "s", "--method", "nope"], "no method called 'nope'"),
    (["d.jsonl", "--out", "s", "--recipe", "none.yaml"], "no file 'none.yaml'"),
    (["d.jsonl", "--out", "s", "--launch", "3", "--device", "cpu"], "cannot be shared evenly"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD)
def test_bad_input_is_told_and_nothing_is_written(
    arguments: list[str], told: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tune", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert [each.name for each in data.parent.iterdir()] == ["d.jsonl"]


def test_without_the_extra_it_says_what_to_install(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "find_spec", lambda name: None)
    monkeypatch.setattr(tuning, "find", lambda model: None)
    assert run(["tune", str(data), "--out", "s", "--json"]) == 2
    told = capsys.readouterr()
    assert 'pip install "tutelage[tune]"' in told.err
    assert json.loads(told.out)["error"]["exit"] == 2


def test_a_dry_run_shows_configuration_and_command(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "tune",
        "--data",
        str(data),
        "--method",
        "full",
        "--out",
        "s",
        "--launch=4",
        "--device",
        "cuda",
    ]
    assert run([*arguments, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "distributed_type: FSDP" in shown
    assert shown.rstrip().endswith(f"-m tutelage tune --data {data} --method full --out s")
    assert run([*arguments, "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["config"]["num_processes"] == 4
    assert found["command"][-1] == "--json"
    assert not (data.parent / "s").exists()


def test_the_processes_get_the_same_arguments_but_the_launch() -> None:
    given = (
        "a",
        "--launch",
        "2",
        "--dry-run",
        "--set",
        "tune.seed=1",
        "--device=cpu",
        "--launch=3",
        "--json",
    )
    assert _without_launch(given) == ("a", "--set", "tune.seed=1", "--json")


def test_help_and_a_wrong_option_do_not_import_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from tutelage.cli.main import run; codes = [run(['tune', '--help']), run(['validate',"
        " 'r.yaml']), run(['kinds', 'lora'])]; print('torch' in sys.modules, codes)"
    )
    (tmp_path / "r.yaml").write_text("teacher: {kind: scripted}\nmethod: skillmix\ntune: {method: full}\n")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=dict(os.environ),
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "False [0, 0, 0]"
