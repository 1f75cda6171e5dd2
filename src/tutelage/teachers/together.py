"""Requests that arrive together are worked on together, in one thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")


class Together(Generic[Wish, Answer]):
    """Hands batches of up to ``most`` wishes to ``work``, which blocks, in a thread of its own.

    While one batch is under way the next one gathers, so nobody waits for company that does not come.
    ``work`` returns an answer, or an exception, for each wish in its order; what it raises goes to them all.
    """

    def __init__(self, work: Callable[[Sequence[Wish]], Sequence[Answer | Exception]], most: int) -> None:
        self._work, self._most = work, most
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="together")
        self._waiting: list[tuple[Wish, asyncio.Future[Answer]]] = []
        self._pump: asyncio.Task[None] | None = None

    async def run(self, call: Callable[[], Answer]) -> Answer:
        """``call()`` in the worker's thread, after what it is doing."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def ask(self, wish: Wish) -> Answer:
        """The answer to ``wish``; one that is cancelled while it waits is never worked on."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, answer))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._serve())
        return await answer

    async def close(self) -> None:
        """Wait for the batch under way; whatever waits behind it is cancelled."""
        waiting, self._waiting = self._waiting, []
        for _, answer in waiting:
            answer.cancel()
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)

    async def _serve(self) -> None:
        await asyncio.sleep(0)  # whoever asks in this turn of the loop comes along
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            taken = [each for each in taken if not each[1].done()]
            if not taken:
                continue
            wishes = [wish for wish, _ in taken]
            try:
                answers = await loop.run_in_executor(self._thread, self._work, wishes)
            except Exception as error:  # noqa: BLE001  (it belongs to those who asked, not to this task)
                answers = [error] * len(taken)
            for (_, waiter), answer in zip(taken, answers, strict=True):
                _settle(waiter, answer)


def _settle(waiter: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if waiter.done():
        return
    if isinstance(answer, Exception):
        waiter.set_exception(answer)
    else:
        waiter.set_result(answer)
