"""Work side by side, results in order."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.runs.side_by_side import in_order, side_by_side
from tutelage.runs.tally import Tally


class Gate:
    """As much of a gateway as is asked here."""

    wanted = 2
    tally = Tally()
    stopped = False

    def stop(self) -> None:
        self.stopped = True


async def slow(number: int) -> int:
    await asyncio.sleep(0.001 * (7 - number))
    return number


async def test_results_come_in_the_order_of_the_work() -> None:
    gate: Any = Gate()
    told: list[str] = []
    found = await side_by_side((partial(slow, n) for n in range(7)), gate, "counting", 7, told.append)
    assert found == list(range(7))
    assert told[-1].startswith("counting: 7/7")
    assert gate.stopped


async def test_no_more_is_under_way_than_the_gateway_can_use() -> None:
    under_way = most = 0

    async def piece() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1

    gate: Any = Gate()
    await side_by_side((piece for _ in range(50)), gate, "", 50, lambda line: None)
    assert 2 <= most <= 8


async def test_the_first_error_in_order_is_raised_and_the_rest_cancelled() -> None:
    cancelled: list[int] = []

    async def piece(number: int) -> int:
        if number == 1:
            raise BadInput("no")
        try:
            await asyncio.sleep(5 if number > 1 else 0)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    gate: Any = Gate()
    with pytest.raises(BadInput):
        await side_by_side((partial(piece, n) for n in range(4)), gate, "", 4, lambda line: None)
    assert cancelled == [2, 3]


async def test_closing_early_stops_the_gateway() -> None:
    gate: Any = Gate()
    async with aclosing(in_order((partial(slow, n) for n in range(7)), gate)) as results:
        async for result in results:
            assert result == 0
            break
    assert gate.stopped
