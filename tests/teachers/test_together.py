"""Requests that arrive together are worked on together, and every one gets its own answer."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tutelage.teachers.together import Together


async def test_those_who_ask_at_once_share_a_batch_up_to_the_most():
    batches = []

    def work(wishes):
        batches.append(list(wishes))
        return [each * 10 for each in wishes]

    together = Together(work, 3)
    assert await asyncio.gather(*map(together.ask, range(7))) == [each * 10 for each in range(7)]
    assert batches == [[0, 1, 2], [3, 4, 5], [6]]
    assert await together.ask(9) == 90
    await together.close()


async def test_an_answer_that_is_an_error_is_its_owners_alone_and_a_raised_one_everybodys():
    def work(wishes):
        if "all" in wishes:
            raise RuntimeError("the device is gone")
        return [ValueError(each) if each == "bad" else each for each in wishes]

    together = Together(work, 4)
    good, bad = await asyncio.gather(together.ask("good"), together.ask("bad"), return_exceptions=True)
    assert good == "good"
    assert isinstance(bad, ValueError)
    for each in await asyncio.gather(together.ask("x"), together.ask("all"), return_exceptions=True):
        assert isinstance(each, RuntimeError)
    assert await together.ask("after") == "after"
    await together.close()


async def test_the_loop_is_not_blocked_and_the_cancelled_are_not_worked_on():
    go, seen = threading.Event(), []

    def work(wishes):
        seen.extend(wishes)
        go.wait(10)
        return wishes

    together = Together(work, 1)
    first = asyncio.create_task(together.ask("first"))
    second = asyncio.create_task(together.ask("second"))
    third = asyncio.create_task(together.ask("third"))
    while not seen:
        await asyncio.sleep(0.001)
    second.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await first == "first"
    assert await third == "third"
    assert seen == ["first", "third"]
    await together.close()


async def test_closing_ends_what_waits():
    go = threading.Event()

    def work(wishes):
        go.wait(10)
        return wishes

    together = Together(work, 1)
    first, second = (asyncio.create_task(together.ask(each)) for each in (1, 2))
    await asyncio.sleep(0.01)
    closing = asyncio.create_task(together.close())
    await asyncio.sleep(0.01)
    go.set()
    await closing
    assert await first == 1
    with pytest.raises(asyncio.CancelledError):
        await second
