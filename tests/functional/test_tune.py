"""From a dataset to a student that answers, on the command line, with models of a second."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tiny import tiny_llama
from tutelage.cli.main import run

# What the training libraries warn of while they change is theirs to mend.
pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning:torch"
)
RECIPE = """
name: small
target: 4
teacher:
  kind: scripted
  rules:
    - when: 'Topics: (.+)'
      reply: 'I am busy with {{ groups[0] }} and need your advice. What should I do first?'
    - when: 'busy with (\\w+)'
      reply: 'Begin with what is hardest about {{ groups[0] }}, and ask somebody who knows it well.'
method:
  kind: skillmix
  turns: single-turn
  query_types: shipped
  skills: [gardening, budgeting, cooking, chess]
filters: [shape, duplicate]
tune: {base: tiny, method: {kind: lora, rank: 4}, steps: 2, batch: 2}
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> Path:
    """The working folder: a dataset of one lesson, and ``tiny``, a model that has not learnt it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").symlink_to(model)
    path = tmp_path / "d.jsonl"
    rows = [
        {"instruction": f"Question {n}, please.", "input": "", "output": "Plums grow on trees."}
        for n in range(24)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


KEYS = {
    "loss_before", "loss_after", "trainable", "parameters", "examples", "dropped", "truncated",
    "tokens_per_second", "out",
}  # fmt: skip


def test_it_learns_what_the_data_teaches_and_chats(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--set", "tune.learning_rate=0.02", "--set", "tune.held_out=4", "--set", "tune.batch=4"]
    options += ["--out", "s", "--steps", "30"]
    command = ["tune", "--data", "d.jsonl", "--base", "tiny", "--method", "full"]
    assert run([*command, *options, "--json"]) == 0
    found = told(capsys)
    assert found.keys() >= KEYS
    assert found["loss_after"] < 0.2 * found["loss_before"]
    assert found["examples"] + found["held_out"] + found["copies"] == 24
    assert found["trainable"] == found["parameters"] > 0
    monkeypatch.setattr("sys.stdin", io.StringIO("Question 7, please.\n"))
    assert run(["chat", "s", "--max-tokens", "30"]) == 0
    assert capsys.readouterr().out.strip() == "Plums grow on trees."
    assert run([*command, *options]) == 0  # which is done: it is only told
    assert "loss on held-out rows" in capsys.readouterr().out
    assert run([*command, *options, "--set", "tune.seed=1"]) == 2
    assert "--fresh" in capsys.readouterr().err


def test_a_students_folder_that_was_changed_is_refused(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ["tune", "d.jsonl", "--base", "tiny", "--steps", "1", "--out", "s"]
    assert run([*command, "--quiet"]) == 0
    student, delta = tmp_path / "s" / "student.json", tmp_path / "s" / "delta"
    written = student.read_text()
    for key, value in (("gguf", "../../etc/x.gguf"), ("base", "../../etc"), ("base", "/etc")):
        student.write_text(json.dumps({**json.loads(written), key: value}))
        assert run(["serve", "s", "--port", "0"]) == 2
        assert value.removeprefix("../../") in capsys.readouterr().err
    student.write_text(written)
    delta.rename(tmp_path / "gone")
    assert run(["serve", "s", "--port", "0", "--json"]) == 2
    captured = capsys.readouterr()
    assert "delta" in captured.err
    assert json.loads(captured.out)["error"]["exit"] == 2


def test_a_student_hears_what_is_no_text_and_what_is_too_long(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["chat", "tiny", "--max-tokens", "3", "--json"]
    monkeypatch.setattr("sys.stdin", io.StringIO("half \udcff a byte\n" + "x" * 3_000_000 + "\nagain\n"))
    assert run(command) == 1
    captured = capsys.readouterr()
    assert "the message is too long: 3,000,000 characters; the most is 1,000,000" in captured.err
    found = json.loads(captured.out)
    assert (len(found["messages"]), found["failed"]) == (4, 1)
    monkeypatch.setattr("sys.stdin", io.StringIO("so\n" + "many 词 " * 5000 + "\n"))
    assert run(command) == 1
    told = capsys.readouterr().err
    assert "the model's context is 2,048" in told
    assert "/reset" in told


def test_lines_are_told_once_and_long_rows_by_the_context(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["tune", "d.jsonl", "--base", "tiny", "--steps", "3", "--out", "s"]
    assert run([*command, "--set", "tune.max_length=5000"]) == 0
    told = capsys.readouterr()
    assert told.err.count("step 3/3") == 1
    assert "max_length 5,000 is beyond the model's context of 2,048 tokens" in told.err
    assert run([*command, "--method", "ia3"]) == 2
    assert 'changed: method.kind "lora" → "ia3"' in capsys.readouterr().err
    assert run(["tune", "s", "--base", "tiny", "--out", "t"]) == 2
    assert "holds a student, not examples" in capsys.readouterr().err


def test_rows_that_do_not_fit_are_counted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = {"instruction": "Go on.", "input": "", "output": "and on " * 200}
    data.write_text(data.read_text() + json.dumps(long) + '\n{"nothing": 1}\n')
    command = [
        "tune",
        "d.jsonl",
        "--base",
        "tiny",
        "--out",
        "s",
        "--steps",
        "1",
        "--set",
        "tune.max_length=100",
    ]
    assert run([*command, "--json"]) == 0
    assert told(capsys)["dropped"] == 1
    assert run([*command, "--json", "--fresh", "--set", "tune.over_length=truncate"]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out.splitlines()[-1])
    assert (found["dropped"], found["truncated"]) == (0, 1)
    assert "not trained on: 1" in captured.err


def test_masks_are_shown(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tune", "d.jsonl", "--base", "tiny", "--show-masks", "2"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("row ") == 2
    assert "24 rows" in shown
    assert run(["tune", "d.jsonl", "--base", "tiny", "--show-masks", "1", "--json"]) == 0
    assert told(capsys)["rows"] == 24


def test_a_recipe_tunes_what_it_has_made(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "r.yaml").write_text(RECIPE)
    assert run(["validate", "r.yaml"]) == 0
    capsys.readouterr()
    assert run(["run", "r.yaml", "--out", "out", "--json"]) == 0
    found = told(capsys)
    assert found["accepted"] == 4
    assert found["tune"]["examples"] == 4
    assert found["tune"]["out"] == "out/student"
    assert (tmp_path / "out" / "student" / "student.json").is_file()
    assert run(["run", "r.yaml", "--out", "out", "--json"]) == 0
    again = told(capsys)
    assert (again["calls"]["sent"], again["tune"]) == (0, found["tune"])
    assert run(["run", "r.yaml", "--out", "out", "--set", "lora.rank=2"]) == 0
    captured = capsys.readouterr()
    assert "student-1" in captured.err
    assert "4 of 4 examples accepted" in captured.out
    assert "trained" in captured.out
    assert run(["tune", "out", "--recipe", "r.yaml", "--out", "s", "--json"]) == 0
    assert told(capsys)["examples"] == 4


def test_a_dataset_that_stops_short_is_not_tuned_on(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "r.yaml").write_text(RECIPE)
    assert run(["run", "r.yaml", "--out", "out", "--set", "budget.calls=3", "--json"]) == 3
    captured = capsys.readouterr()
    assert "tune: not begun" in captured.err
    assert "tune" not in json.loads(captured.out.splitlines()[-1])
    assert not (tmp_path / "out" / "student").exists()


def test_a_recipe_whose_base_is_not_there_asks_nothing(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "r.yaml").write_text(RECIPE)
    assert run(["run", "r.yaml", "--out", "out", "--set", "tune.base=tny"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_ctrl_c_and_the_same_command_goes_on(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tutelage", "tune", "d.jsonl", "--base", "tiny", "--out", "s", "--json"]
    command += ["--steps", "400", "--set", "tune.checkpoints=20"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        while not list(tmp_path.glob("s/checkpoints/step-*/COMPLETE")):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on: tutelage tune d.jsonl" in said
    assert json.loads(out.splitlines()[-1])["error"]["exit"] == 130
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["resumed_at"] > 0
    assert found["steps"] == 400


@pytest.mark.slow
def test_two_processes_share_the_rows(data: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tutelage",
        "tune",
        "d.jsonl",
        "--base",
        "tiny",
        "--json",
        "--steps",
        "4",
    ]
    shared = [*command, "--out", "two", "--launch", "2", "--device", "cpu"]
    done = subprocess.run(shared, capture_output=True, text=True, env=dict(os.environ), timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = [each for each in done.stdout.splitlines() if each.startswith("{")]
    two = json.loads(line)
    alone = subprocess.run([*command, "--out", "one"], capture_output=True, text=True, check=True)
    one = json.loads(alone.stdout.splitlines()[-1])
    assert two["loss_before"] == pytest.approx(one["loss_before"], rel=1e-4)
    assert two["loss_after"] == pytest.approx(one["loss_after"], rel=1e-3)
    assert (tmp_path / "two" / "student.json").is_file()
    (kept,) = (tmp_path / "two").glob("checkpoints/step-*/state.json")
    assert json.loads(kept.read_text())["processes"] == 2  # together, not each for itself


def test_a_judge_keeps_the_checkpoint_whose_answers_it_prefers(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "rules.yaml").write_text("- {when: '(?s)<answer-', reply: 'A > B'}\n")
    command = ["tune", "d.jsonl", "--base", "tiny", "--out", "s", "--steps", "2", "--json"]
    command += ["--set", "tune.checkpoints=1", "--set", "tune.held_out=2"]
    assert run([*command, "--judge", "scripted:rules.yaml"]) == 0
    found = told(capsys)
    assert found["chosen_by"] == "score"
    assert found["selection"]["apparent"] == 50.0  # it always says the first, and both orders are asked
    assert run([*command, "--set", "judge.name=x"]) == 2
    assert "nothing asks for its score" in capsys.readouterr().err
    assert run([*command, "--set", "tune.select=score"]) == 2
    assert "--judge MODEL" in capsys.readouterr().err
