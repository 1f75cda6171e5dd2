"""Models that judge the rows of plain files, through the gateway, with their answers kept beside the result.

Rows are asked about side by side and taken in order. What was answered lies in a file of its own, so the same
command again asks only what is new.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from tutelage.filters.filter import NOTHING_ASSESSED, Assessed, Filter
from tutelage.runs.assessing import Assessor, Judges
from tutelage.runs.gateway import Gateway
from tutelage.runs.pools import Pooled
from tutelage.store.calls import Calls
from tutelage.store.database import Database

AHEAD = 4  # rows that wait, for each one that the gateway can use
MOST_AHEAD = 1_000

Take = Callable[[Pooled, Assessed], None]


async def judged(
    rows: Iterable[Pooled], filters: Sequence[Filter], judges: Judges, calls: Path, take: Take
) -> None:
    """Give every row, in order, to ``take`` with what models said of it; answers are kept in ``calls``.

    Raises:
        BadInput: a row, as ``rows`` raises it, or a bound on money without a price.
        TeacherRefused, BudgetReached, StoreFailed: no model can be asked any more. What was answered is kept.
        RunLocked: another process works on the same file.
    """
    calls.parent.mkdir(parents=True, exist_ok=True)
    with closing(Database(calls)) as database:
        async with Gateway(
            Calls(database), judges.roles, budget=judges.budget, pace=judges.pace, prices=judges.prices
        ) as gateway:
            await _in_order(rows, Assessor(filters, gateway, judges.roles), gateway, take)


async def _in_order(rows: Iterable[Pooled], assessor: Assessor, gateway: Gateway, take: Take) -> None:
    waiting: deque[tuple[Pooled, asyncio.Task[Assessed]]] = deque()

    async def take_first() -> None:
        row, task = waiting[0]
        assessed = await task
        waiting.popleft()
        take(row, assessed)

    try:
        for row in rows:
            waiting.append((row, asyncio.create_task(_assessed(row, assessor))))
            while len(waiting) >= min(AHEAD * gateway.wanted, MOST_AHEAD):
                await take_first()
        while waiting:
            await take_first()
    finally:
        gateway.stop()
        for _, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)


async def _assessed(row: Pooled, assessor: Assessor) -> Assessed:
    return NOTHING_ASSESSED if row.example is None else await assessor.assess(row.example)
