"""The replay law: killed at any moment and run again, a run loses nothing and gives what a replay gives."""

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

from kill_worker import recipe_for

from loopback import Script, in_thread
from tutelage.runs.replay import verify
from tutelage.store.database import connect_reader
from tutelage.store.reading import kept_examples

WORKER = Path(__file__).parent / "kill_worker.py"


def start(url: str, out: Path, concurrency: int, target: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), url, str(out), str(concurrency), str(target)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kept(out: Path) -> list[str]:
    return [example.id for example in kept_examples(out)] if (out / "run.db").exists() else []


def kill_some_time_after_it_asks(process: subprocess.Popen[str], server, seconds: float) -> None:
    """Wait for the first request of this process, so that a slow start is not what is tested."""
    before, deadline = server.count.requests, time.monotonic() + 20
    while server.count.requests == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def law_holds(out: Path, kills: int, seed: int, target: int) -> None:
    rng = random.Random(seed)
    in_flight_at_most = 0
    with in_thread(Script(latency=0.03, different=True, slow_share=0.05, slow_factor=6)) as server:
        before: list[str] = []
        for _ in range(kills):
            concurrency = rng.choice([1, 8, 64, 256])
            process = start(server.url, out, concurrency, target)
            kill_some_time_after_it_asks(process, server, rng.expovariate(1 / 0.15))
            in_flight_at_most += concurrency
            after = kept(out)
            assert after[: len(before)] == before, "an accepted example was lost"
            before = after
        last = start(server.url, out, rng.choice([1, 8, 64, 256]), target)
        said, _ = last.communicate(timeout=120)
        assert said.strip() == "finished"
        url, requests = server.url, server.count.requests
    assert len(kept(out)) == target
    assert kept(out)[: len(before)] == before
    reader = connect_reader(out / "run.db")
    (distinct,) = reader.execute("SELECT count(*) FROM calls").fetchone()
    reader.close()
    assert 0 <= requests - distinct <= in_flight_at_most
    print(f"{kills} kills, {requests} requests, {distinct} calls, paid twice {requests - distinct}")
    assert asyncio.run(verify(out, recipe_for(url, 8, target))) == []


def test_the_replay_law_under_a_few_kills(tmp_path: Path):
    law_holds(tmp_path, kills=5, seed=1, target=150)


@pytest.mark.slow
def test_the_replay_law_under_fifty_kills(tmp_path: Path):
    law_holds(tmp_path, kills=50, seed=2, target=2000)
