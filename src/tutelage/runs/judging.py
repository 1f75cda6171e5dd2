"""Models that judge the rows of plain files, through the gateway, with their answers kept beside the result.

Rows are asked about side by side and taken in order. What was answered lies in a file of its own, so the same
command again asks only what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing, closing
from functools import partial
from pathlib import Path

from tutelage.filters.filter import NOTHING_ASSESSED, Assessed, Filter
from tutelage.runs.assessing import Assessor, Judges
from tutelage.runs.gateway import Gateway
from tutelage.runs.pools import Pooled
from tutelage.runs.side_by_side import in_order
from tutelage.store.calls import Calls
from tutelage.store.database import Database

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
            await _judge(rows, Assessor(filters, gateway, judges.roles), gateway, take)


async def _judge(rows: Iterable[Pooled], assessor: Assessor, gateway: Gateway, take: Take) -> None:
    work = (partial(_assessed, row, assessor) for row in rows)
    async with aclosing(in_order(work, gateway)) as judged_rows:
        async for row, assessed in judged_rows:
            take(row, assessed)


async def _assessed(row: Pooled, assessor: Assessor) -> tuple[Pooled, Assessed]:
    return row, NOTHING_ASSESSED if row.example is None else await assessor.assess(row.example)
