"""Many pieces of work at once, as many as the gateway can use, their results in the order of the work."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import TypeVar

from tutelage.runs.gateway import Gateway, Stopped
from tutelage.runs.progress import duration

AHEAD = 4  # pieces that wait, for each one that the gateway can use
MOST_AHEAD = 1_000
TELL_EVERY = 10.0  # seconds
_TELLING_SHARE = 4  # a quarter must be done before the time left is told
Result = TypeVar("Result")


async def in_order(
    work: Iterable[Callable[[], Awaitable[Result]]], gateway: Gateway
) -> AsyncGenerator[Result]:
    """The results of ``work``, each as soon as it and all before it are there. Close it (``aclosing``): the
    gateway then sends nothing more, and what waits is cancelled.

    Raises:
        TutelageError: as the first piece, in the order of the work, raised it.
    """
    waiting: deque[asyncio.Future[Result]] = deque()
    pieces = iter(work)
    more = True
    try:
        while more or waiting:
            while more and len(waiting) < min(AHEAD * max(gateway.wanted, 1), MOST_AHEAD):
                piece = next(pieces, None)
                more = piece is not None
                if piece is not None:
                    waiting.append(asyncio.ensure_future(piece()))
            if waiting:
                result = await waiting[0]
                waiting.popleft()
                yield result
    finally:
        gateway.stop()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def side_by_side(
    work: Iterable[Callable[[], Awaitable[Result]]],
    gateway: Gateway,
    doing: str,
    total: int,
    tell: Callable[[str], None],
) -> list[Result]:
    """All results of ``work``, of ``total`` pieces; ``tell`` hears every few seconds how far it is.

    Raises:
        TutelageError: as :func:`in_order`.
        KeyboardInterrupt: the gateway was stopped.
    """
    results: list[Result] = []
    started = time.monotonic()

    async def keep_telling() -> None:
        # By the clock rather than by results: a first result may be many calls away.
        while True:
            await asyncio.sleep(TELL_EVERY)
            tell(_line(doing, len(results), total, time.monotonic() - started, gateway))

    telling = asyncio.ensure_future(keep_telling())
    try:
        async with aclosing(in_order(work, gateway)) as arriving:
            async for result in arriving:
                results.append(result)
    except Stopped as stop:
        raise KeyboardInterrupt from stop
    finally:
        telling.cancel()
    if total:
        tell(_line(doing, len(results), total, time.monotonic() - started, gateway))
    return results


def _line(doing: str, done: int, total: int, seconds: float, gateway: Gateway) -> str:
    tally = gateway.tally
    parts = [f"{doing}: {done}/{total}", f"{tally.sent} calls sent, {tally.replayed} from the record"]
    # Pieces overlap, so that the first ones say nothing of the pace.
    if total // _TELLING_SHARE < done < total:
        parts.append(f"{duration(seconds * (total - done) / done)} left")
    return " · ".join(parts)
