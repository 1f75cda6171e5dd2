"""Request limits over real HTTP: few calls are refused, and nearly all of the limit is used."""

from __future__ import annotations

import asyncio
import time

import pytest

from door import ask, door, model
from loopback import Limit, Script


async def keep_asking(gateway, seconds, lanes=64):
    """Ask without end for ``seconds``, ``lanes`` items at a time."""
    end, number = time.monotonic() + seconds, 0

    async def lane():
        nonlocal number
        while time.monotonic() < end:
            number += 1
            await ask(gateway, number)

    tasks = [asyncio.create_task(lane()) for _ in range(lanes)]
    await asyncio.sleep(seconds)
    gateway.stop()
    await asyncio.gather(*tasks, return_exceptions=True)


def settled(server, after, until):
    """(rejected share, answers a second) from ``after`` to ``until`` seconds."""
    seen = [status for moment, status in server.count.log if after <= moment < until]
    return seen.count(429) / len(seen), seen.count(200) / (until - after)


@pytest.mark.slow  # it keeps time by the wall clock, which a busy machine stretches
@pytest.mark.parametrize("retry_after", [True, False])
async def test_a_limit_is_found_and_used(tmp_path, loopback, retry_after):
    limit = Limit(rate=50, window=1.0, retry_after=retry_after)
    server = await loopback(Script(latency=0.02, limit=limit, keep_log=True))
    async with door(tmp_path, model(server.url), pace={"concurrency": "auto"}) as gateway:
        await keep_asking(gateway, 8.0)
        assert gateway.tally.failed == 0
    rejected, goodput = settled(server, 4.0, 8.0)
    # Short runs: one probe of the limit that meets Retry-After of a whole second is a quarter of the time.
    assert rejected <= 0.15
    assert goodput >= 0.6 * 50


LIMITERS = [  # window in seconds, burst, least goodput
    pytest.param(1.0, 1, 0.9, id="window"),
    pytest.param(0.0, 2, 0.9, id="bucket"),
    # A bucket that holds a single token loses every millisecond by which a call comes late.
    pytest.param(0.0, 1, 0.85, id="bucket of one"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("window", "burst", "least"), LIMITERS)
@pytest.mark.parametrize("retry_after", [True, False])
async def test_ten_a_second(tmp_path, loopback, retry_after, window, burst, least):
    limit = Limit(rate=10, window=window, burst=burst, retry_after=retry_after)
    server = await loopback(Script(latency=0.05, limit=limit, keep_log=True))
    async with door(tmp_path, model(server.url), pace={"concurrency": "auto"}) as gateway:
        await keep_asking(gateway, 80.0)
        assert gateway.tally.failed == 0
    rejected, goodput = settled(server, 20.0, 80.0)
    assert rejected <= 0.05
    assert goodput >= least * 10


@pytest.mark.slow
async def test_a_limit_that_halves_and_doubles(tmp_path, loopback):
    limit = Limit(rate=40, window=1.0, retry_after=False)
    server = await loopback(Script(latency=0.05, limit=limit, keep_log=True))

    async def change():
        await asyncio.sleep(25)
        limit.rate = 20
        await asyncio.sleep(40)
        limit.rate = 40

    changing = asyncio.create_task(change())
    async with door(tmp_path, model(server.url), pace={"concurrency": "auto"}) as gateway:
        await keep_asking(gateway, 125.0)
        assert gateway.tally.failed == 0
    await changing
    for after, until, rate in ((15.0, 25.0, 40), (35.0, 65.0, 20), (105.0, 125.0, 40)):
        rejected, goodput = settled(server, after, until)
        assert rejected <= 0.1
        assert goodput >= 0.85 * rate


async def test_slots_that_refuse_are_found_too(tmp_path, loopback):
    server = await loopback(Script(latency=0.05, slots=8, overload="refuse", keep_log=True))
    async with door(tmp_path, model(server.url), pace={"concurrency": "auto"}) as gateway:
        await keep_asking(gateway, 5.0)
        assert gateway.tally.failed == 0
    statuses = server.count.statuses
    assert statuses[503] <= 0.2 * statuses[200]
    assert statuses[200] >= 0.5 * 5.0 * 8 / 0.05
