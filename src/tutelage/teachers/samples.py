"""Several samples from a teacher whose protocol gives one at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from tutelage.records import Reply
from tutelage.teachers.teacher import Request


async def repeated(request: Request, send: Callable[[Request], Awaitable[Reply]]) -> Reply:
    """The reply to ``request`` with its ``n`` samples asked for one after another.

    ``send`` gets requests with ``n`` = 1 and, where a seed is set, a seed of their own. Usage is the sum.
    """
    sampling = request.sampling
    replies = []
    for number in range(sampling.n):
        seed = None if sampling.seed is None else sampling.seed + number
        replies.append(await send(replace(request, sampling=replace(sampling, n=1, seed=seed))))
    first, *rest = replies
    if not rest:
        return first
    usage = sum((reply.usage for reply in rest), first.usage)
    return replace(first, usage=usage, others=tuple(reply.text for reply in rest))
