"""The replay law with a judge: a run killed while it judges loses nothing, and a replay gives its bytes."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from quality_worker import recipe_for

from tutelage.errors import StoreFailed
from tutelage.runs.replay import verify
from tutelage.store.database import connect_reader
from tutelage.store.reading import kept_examples, rejections_by_reason, totals

WORKER = Path(__file__).parent / "quality_worker.py"
TARGET = 80


def start(out: Path, concurrency: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), str(out), str(concurrency), str(TARGET)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kept(out: Path) -> list[str]:
    return [example.id for example in kept_examples(out)] if (out / "run.db").exists() else []


def calls(out: Path) -> int:
    """How many answers are on record; none before there is a run."""
    if not (out / "run.db").exists():
        return 0
    try:
        return int(totals(out).get("sent", 0))
    except StoreFailed:  # the process is about to make its tables
        return 0


def kill_while_it_asks(process: subprocess.Popen[str], out: Path, seconds: float) -> None:
    """Wait until this process has something on record, so that a slow start is not what is tested."""
    before, deadline = calls(out), time.monotonic() + 30
    while calls(out) == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_run_with_a_judge_survives_kills(tmp_path: Path) -> None:
    out, rng = tmp_path / "run", random.Random(3)
    before: list[str] = []
    for _ in range(3):
        kill_while_it_asks(start(out, rng.choice([4, 16, 64])), out, rng.uniform(0.02, 0.25))
        after = kept(out)
        assert after[: len(before)] == before, "an accepted example was lost"
        before = after
    said, _ = start(out, 32).communicate(timeout=120)
    assert said.strip() == "finished"
    assert len(kept(out)) == TARGET
    assert kept(out)[: len(before)] == before
    reasons = rejections_by_reason(out)
    assert {"keywords:banned", "quality:below_bar"} <= set(reasons)
    reader = connect_reader(out / "run.db")
    (again,) = reader.execute("SELECT count(*) FROM calls WHERE place LIKE 'filter/quality/%-2'").fetchone()
    reader.close()
    assert again > 0  # some replies could not be read, and their second turns are on record too
    assert asyncio.run(verify(out, recipe_for(8, TARGET))) == []
