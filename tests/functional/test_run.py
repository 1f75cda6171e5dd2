"""The main job from the command line: preview, run, resume, look into, verify, export."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopback import Script, in_thread

RECIPE = """
name: everyday
target: 12
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
  skills: [gardening, budgeting, cooking, storytelling, first aid, note taking, travel, chess]
filters: [shape, language, duplicate]
"""


def tutelage(*arguments: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tutelage", *arguments]
    told = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert told.returncode == code, f"{told.stdout}\n{told.stderr}"
    return told


def last_line(told: subprocess.CompletedProcess[str]) -> dict:
    return json.loads(told.stdout.splitlines()[-1])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    return tmp_path


def test_the_main_job(home: Path):
    seen = last_line(tutelage("preview", "recipe.yaml", "--items", "4", "--json", cwd=home))
    assert seen["items"] == 4
    assert seen["forecast"]["calls"]["low"] > 0
    paid = seen["calls"]["sent"]

    result = last_line(tutelage("run", "recipe.yaml", "--json", cwd=home))
    assert result["accepted"] == 12
    assert result["calls"]["replayed"] == paid
    assert result["out"] == "runs/everyday"
    assert set(result) >= {"accepted", "rejected", "calls", "tokens", "cost", "out"}
    dataset = home / "runs" / "everyday" / "dataset"
    rows = [json.loads(line) for line in (dataset / "alpaca.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 12
    assert (home / "runs" / "everyday" / "materials" / "skills.txt").read_text().count("\n") == 8

    again = last_line(tutelage("run", "recipe.yaml", "--json", cwd=home))
    assert again["calls"]["sent"] == 0
    verified = last_line(tutelage("runs", "verify", "runs/everyday", "--json", cwd=home))
    assert verified == {"same": True, "differing": []}
    tutelage("runs", "replay", "runs/everyday", "--out", "again", "--json", cwd=home)
    assert (home / "again" / "dataset" / "alpaca.jsonl").read_bytes() == (
        dataset / "alpaca.jsonl"
    ).read_bytes()
    shown = last_line(tutelage("runs", "show", "runs/everyday", "--json", cwd=home))
    assert (shown["accepted"], shown["state"]) == (12, "finished")
    listed = last_line(tutelage("runs", "list", "--json", cwd=home))
    assert [run["name"] for run in listed["runs"]] == ["everyday"]
    told = tutelage("export", "runs/everyday", "--format", "sharegpt", "--out", "x.json", "--json", cwd=home)
    assert last_line(told)["examples"] == 12


def test_words_for_a_person(home: Path):
    seen = tutelage("preview", "recipe.yaml", "--items", "3", cwd=home)
    assert "a run to 12 accepted examples will take (95 % intervals)" in seen.stdout
    assert "── example 1 ──" in seen.stdout
    told = tutelage("run", "recipe.yaml", "--set", "target=5", cwd=home)
    assert "5 of 5 examples accepted" in told.stdout
    assert "changed since the last execution: target: 12 became 5" in told.stderr
    assert "everyday" in tutelage("runs", "list", cwd=home).stdout
    assert "state: finished" in tutelage("runs", "show", "runs/everyday", cwd=home).stdout


def test_a_run_that_stops_short_says_why_and_exits_3(home: Path):
    told = tutelage("run", "recipe.yaml", "--set", "budget.calls=5", cwd=home, code=3)
    assert "tutelage run recipe.yaml --out runs/everyday --set budget.calls=5" in told.stdout
    assert "stopped:" in told.stdout
    short = tutelage("run", "recipe.yaml", "--set", "skillmix.k=1", "--set", "target=5000", "--out", "k1",
                     "--json", cwd=home, code=3)  # fmt: skip
    result = last_line(short)
    assert result["state"] == "short"
    assert "exhausted" in result["reason"]


def test_a_tampered_export_is_found(home: Path):
    tutelage("run", "recipe.yaml", "--set", "target=3", "--quiet", cwd=home)
    card = home / "runs" / "everyday" / "dataset" / "README.md"
    card.write_text(card.read_text("utf-8") + "more", "utf-8")
    told = tutelage("runs", "verify", "runs/everyday", cwd=home, code=1)
    assert "README.md" in told.stdout


def test_no_run_is_a_clear_error(home: Path):
    told = tutelage("runs", "show", "nothing", cwd=home, code=2)
    assert "there is no run here" in told.stderr
    assert "Traceback" not in told.stderr


def test_ctrl_c_finishes_writing_and_says_how_to_go_on(home: Path):
    with in_thread(Script(latency=0.1, text="The answer is long enough to be kept, number {n}.")) as server:
        sets = ["--set", "teacher.kind=openai", "--set", f"teacher.base_url={server.url}", "--set",
                "teacher.model=m", "--set", "target=500", "--set", "filters=[]"]  # fmt: skip
        command = [sys.executable, "-m", "tutelage", "run", "recipe.yaml", *sets]
        process = subprocess.Popen(
            command, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 30
        while server.count.requests < 10 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "to go on: tutelage run" in out
    assert (home / "runs" / "everyday" / "dataset" / "README.md").exists()


def test_a_closed_pipe_is_no_traceback(home: Path):
    tutelage("run", "recipe.yaml", "--set", "target=3", "--quiet", cwd=home)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "tutelage", "runs", "show", "runs/everyday"]
    told = subprocess.run(command, cwd=home, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert "Traceback" not in told.stderr


def test_the_key_is_nowhere_in_what_a_run_leaves(home: Path):
    secret = "sk-very-secret-0123456789"
    with in_thread(Script(text="The answer is long enough to be kept, number {n}.", key=secret)) as server:
        told = subprocess.run(
            [sys.executable, "-m", "tutelage", "run", "recipe.yaml", "--set", "teacher.kind=openai", "--set",
             "teacher.model=m", "--set", "target=3", "--set", "filters=[]", "--json"],
            cwd=home, capture_output=True, text=True, timeout=60,
            env={**os.environ, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": secret},
        )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.splitlines()[-1])["accepted"] == 3
    left = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert secret.encode() not in left
    assert secret not in told.stdout + told.stderr


def test_a_refused_key_is_said_without_the_key(home: Path):
    with in_thread(Script(key="right")) as server:
        told = subprocess.run(
            [sys.executable, "-m", "tutelage", "run", "recipe.yaml", "--set", "teacher.kind=openai", "--set",
             "teacher.model=m"],
            cwd=home, capture_output=True, text=True, timeout=60,
            env={**os.environ, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "wrong-key-1234567890"},
        )  # fmt: skip
    assert told.returncode == 1
    assert "OPENAI_API_KEY" in told.stderr
    assert "wrong-key" not in told.stdout + told.stderr
    assert "Traceback" not in told.stderr
