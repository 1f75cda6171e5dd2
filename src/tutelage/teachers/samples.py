"""Several samples from a teacher whose protocol gives one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tutelage.records import Reply
from tutelage.teachers.teacher import Request


async def repeated(
    request: Request, send: Callable[[Request], Awaitable[Reply]], *, together: bool = False
) -> Reply:
    """The reply to ``request`` with its ``n`` samples asked for one after another, or all at once.

    ``send`` gets requests with ``n`` = 1 and, where a seed is set, a seed of their own. Usage is the sum.
    """
    sampling = request.sampling
    seeds = [None if sampling.seed is None else sampling.seed + number for number in range(sampling.n)]
    single = [replace(request, sampling=replace(sampling, n=1, seed=seed)) for seed in seeds]
    if together:
        replies = await asyncio.gather(*map(send, single))
    else:
        replies = [await send(each) for each in single]
    first, *rest = replies
    if not rest:
        return first
    usage = sum((reply.usage for reply in rest), first.usage)
    return replace(first, usage=usage, others=tuple(reply.text for reply in rest))
