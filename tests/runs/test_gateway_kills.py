"""SIGKILL while calling: nothing answered is lost, and no more is paid twice than was in flight."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopback import Script, in_thread
from tutelage.draw import draw

TESTS = Path(__file__).parent.parent
ITEMS = 400
CHILD = """
import asyncio, sys
from pathlib import Path
from door import ask_all, door, model, replies

async def main(folder, url, lanes):
    async with door(Path(folder), model(url), pace={"concurrency": int(lanes)}) as gateway:
        outcomes = await ask_all(gateway, int(sys.argv[4]))
    print(len(replies(outcomes)), *(reply.text for reply in outcomes), sep="\\n")

asyncio.run(main(*sys.argv[1:4]))
"""


def start(folder, url, lanes):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), url, str(lanes), str(ITEMS)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
    )


def kill_while_calling(server, child, rng):
    """Wait for the child's first requests, then some more, and kill it; False if it was done before."""
    before, until = server.count.requests, time.monotonic() + 60
    while server.count.requests == before and child.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(rng.uniform(0.0, 0.15))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    return child.returncode == -signal.SIGKILL


def finish(child):
    """What an undisturbed child prints."""
    printed, _ = child.communicate(timeout=120)
    assert child.returncode == 0
    return printed


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_paid_twice_never_exceeds_calls_in_flight_at_the_kills(tmp_path, kills):
    rng = draw(kills, "gateway/kills")
    in_flight = 0
    with in_thread(Script(latency=0.03, different=True)) as server:
        for _ in range(kills):
            lanes = rng.choice([1, 8, 64])
            child = start(tmp_path, server.url, lanes)
            if kill_while_calling(server, child, rng):
                in_flight += lanes
        first = finish(start(tmp_path, server.url, 64))
        sent = server.count.requests
        again = finish(start(tmp_path, server.url, 64))
        assert server.count.requests == sent  # everything is on record now
    assert first.splitlines()[0] == str(ITEMS)
    assert again == first  # although the server never answers twice alike
    assert in_flight > 0
    assert 0 <= sent - ITEMS <= in_flight
