"""Every method that we ship: killed at random and run again, it loses nothing and replays the same."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from method_worker import recipe_for

from tutelage.errors import StoreFailed
from tutelage.runs.replay import verify
from tutelage.store.reading import kept_examples

WORKER = Path(__file__).parent / "method_worker.py"
WORLDS = sorted(path.stem for path in (Path(__file__).parent.parent / "worlds").glob("*.py"))


def start(kind: str, folder: Path, out: Path, concurrency: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), kind, str(folder), str(out), str(concurrency)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kept(out: Path) -> list[str]:
    """The accepted examples; none where the kill came while the database was being made."""
    try:
        return [example.id for example in kept_examples(out)] if (out / "run.db").exists() else []
    except StoreFailed:
        return []


def kill_after(process: subprocess.Popen[str], out: Path, seconds: float) -> None:
    """Wait for the store, so that a slow start is not what is tested."""
    deadline = time.monotonic() + 20
    while not (out / "run.db").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("kind", WORLDS)
def test_a_killed_run_goes_on_and_replays(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    folder, out = tmp_path / "given", tmp_path / "run"
    folder.mkdir()
    before: list[str] = []
    for _ in range(3):
        process = start(kind, folder, out, chance.choice([1, 4, 32]))
        kill_after(process, out, chance.uniform(0.02, 0.4))
        after = kept(out)
        assert after[: len(before)] == before, "an accepted example was lost"
        before = after
    last = start(kind, folder, out, 8)
    said, _ = last.communicate(timeout=120)
    recipe = recipe_for(kind, folder)
    assert said.strip() == "finished"
    assert len(kept(out)) == recipe.target
    assert kept(out)[: len(before)] == before
    assert asyncio.run(verify(out, recipe)) == []
