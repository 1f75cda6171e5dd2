"""Batch mode: calls are gathered and handed to the provider's batch queue: half the price, within a day.

    gather until it is quiet → submit, and remember it at once → poll → deliver → written down → closed

A batch is open in the store from its submission until every one of its answers is written down. A run that is
resumed attaches to open batches: their calls are never sent again while their answers can still come.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tutelage.errors import BadInput, CallFailed, TeacherRefused
from tutelage.recipe.settings import PaceOptions
from tutelage.runs.batch_queue import Batchable, BatchQueue, BatchState, Entry, unanswered
from tutelage.runs.budget import Amount, Purse
from tutelage.runs.line import Answer, Call, Line
from tutelage.runs.retry import Attempts
from tutelage.runs.tally import Tally
from tutelage.store.calls import Calls
from tutelage.teachers.prices import Price
from tutelage.teachers.teacher import CallTrouble, Teacher

SLOWEST_POLL = 600.0  # seconds
POLL_GROWTH = 1.2

Got = TypeVar("Got")


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """How batches are made. Times in seconds; ``price_factor`` is what a batched call costs of a live one."""

    poll_every: float = 60.0
    quiet_for: float = 2.0
    most_calls: int = 50_000
    most_bytes: int = 100_000_000
    price_factor: float = 0.5


BATCHES = BatchSettings()


@dataclass(slots=True, eq=False)
class _Gathering:
    """Lines that wait to be submitted to one endpoint: key → JSON line."""

    lines: dict[str, str] = field(default_factory=dict)
    size: int = 0
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True, eq=False)
class _Open:
    """A submitted batch and its calls that are not written down yet."""

    identity: str
    keys: set[str]
    empty: asyncio.Event = field(default_factory=asyncio.Event)


class BatchLine(Line):
    """Calls go out in batches; see the module.

    Raises:
        BadInput: the teacher's provider has no batch queue that we know.
    """

    def __init__(
        self,
        role: str,
        teacher: Teacher,
        *,
        options: PaceOptions,
        price: Price | None,
        purse: Purse,
        tally: Tally,
        calls: Calls,
        settings: BatchSettings,
    ) -> None:
        if not isinstance(teacher, Batchable):
            raise BadInput(
                f"the {role} '{teacher.name}' ({teacher.kind}) has no batch interface",
                where="pace.mode",
                remedy="write `mode: live`, or bind a teacher of kind openai",
            )
        discounted = price.times(settings.price_factor) if price else None
        super().__init__(role, teacher, options=options, price=discounted, purse=purse, tally=tally)
        self._provider: Batchable = teacher
        self._calls = calls
        self._settings = settings
        self._gathering: dict[str, _Gathering] = {}
        self._awaited: dict[str, asyncio.Future[Entry]] = {}
        self._early: dict[str, Entry] = {}  # answers of attached batches that nobody asked for yet
        self._batch_of: dict[str, _Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._queue: BatchQueue | None = None

    @property
    def wanted(self) -> int:
        """A full batch."""
        return self._settings.most_calls

    @property
    def in_flight(self) -> int:
        """Calls in open batches."""
        return len(self._batch_of)

    async def open(self) -> None:
        """Open the teacher and attach to the batches of earlier executions."""
        await super().open()
        if self._queue is None:
            wire = await self._provider.wire()
            self._queue = BatchQueue(wire, self._calls.batch_ids())
            for identity, keys in self._calls.open_batches(self.role).items():
                self._watch(identity, [key for key in keys if self._calls.find(key) is None])

    async def close(self) -> None:
        """Leave open batches to the next execution."""
        for gathering in self._gathering.values():
            if gathering.timer:
                gathering.timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().close()

    async def answer(self, call: Call) -> Answer:
        """Batch after batch until the call is answered or patience ends."""
        if self._queue is None:
            await self.open()
        attempts = Attempts(call.place)
        while True:
            try:
                answer = await self._attempt(call)
            except CallTrouble as trouble:
                await asyncio.sleep(self.patience.pause(trouble, attempts))
            else:
                self.patience.answered()
                return answer

    async def _attempt(self, call: Call) -> Answer:
        attached = call.key in self._batch_of
        reserved = self._take_back(call) if attached else await self.reserve(call)
        try:
            path, body = self._provider.body(call.request)
            entry = await (self._attached(call.key) if attached else self._sent(call, path, body))
        except BaseException:  # not sent, or left to the next execution
            self.settle(reserved, Amount())
            raise
        finally:
            self._awaited.pop(call.key, None)
        try:
            answer = self._read(call, entry, body)
        except CallTrouble as trouble:
            self.written(call.key)  # nothing of it is worth keeping
            self.settle_unanswered(call, reserved, maybe_paid=trouble.maybe_paid)
            raise
        self.settle(reserved, Amount(answer.cost, answer.reply.usage.total, reserved.calls))
        return answer

    def _read(self, call: Call, entry: Entry, body: dict[str, Any]) -> Answer:
        assert self._queue is not None
        trouble = self._queue.trouble(entry)
        if trouble:
            raise self._provider.judged(body, trouble)
        reply = self._provider.read(call.request, entry["response"]["body"])
        return Answer(reply, self.cost(reply.usage), seconds=0.0)

    def _take_back(self, call: Call) -> Amount:
        """What a call of an attached batch may take: committed, whatever is left, and counted as sent."""
        amount = self.bound(call) if self.purse.bounds_size else Amount()
        amount = amount._replace(calls=0)
        if self.purse.limited:
            self.purse.take(amount)
        return amount

    async def _attached(self, key: str) -> Entry:
        if key in self._early:
            return self._early.pop(key)
        return await self._waiter(key)

    async def _sent(self, call: Call, path: str, body: dict[str, Any]) -> Entry:
        request = {"custom_id": call.key, "method": "POST", "url": f"/v1{path}", "body": body}
        line = json.dumps(request, separators=(",", ":"))
        if path in self._gathering and self._gathering[path].size + len(line) > self._settings.most_bytes:
            self._submit(path)
        gathering = self._gathering.setdefault(path, _Gathering())
        gathering.lines[call.key] = line
        gathering.size += len(line) + 1
        if gathering.timer:
            gathering.timer.cancel()
        waiter = self._waiter(call.key)
        if len(gathering.lines) >= self._settings.most_calls:
            self._submit(path)
        else:
            loop = asyncio.get_running_loop()
            gathering.timer = loop.call_later(self._settings.quiet_for, self._submit, path)
        call.sent += 1
        return await waiter

    def _waiter(self, key: str) -> asyncio.Future[Entry]:
        self._awaited[key] = asyncio.get_running_loop().create_future()
        return self._awaited[key]

    def _submit(self, path: str) -> None:
        gathering = self._gathering.pop(path)
        if gathering.timer:
            gathering.timer.cancel()
        lines = {key: line for key, line in gathering.lines.items() if key in self._awaited}
        if lines:
            self._spawn(self._submitted(path, lines), list(lines))

    def _spawn(self, work: Coroutine[Any, Any, None], keys: list[str]) -> None:
        """Do ``work``; an error that ends it is everybody's who waits for one of ``keys``."""

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            error = None if task.cancelled() else task.exception()
            for key in keys if error else ():
                waiter = self._awaited.get(key)
                if waiter and not waiter.done() and error:
                    waiter.set_exception(error)

        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(done)

    async def _submitted(self, path: str, lines: dict[str, str]) -> None:
        identity = await self._insist(lambda queue: queue.submit(path, lines))
        self.tally.sent += len(lines)
        self._calls.write_totals(self.tally.totals())
        self._calls.write_batch(identity, self.role, list(lines))
        self._watch(identity, list(lines))

    def _watch(self, identity: str, keys: list[str]) -> None:
        batch = _Open(identity, set(keys))
        if not keys:
            batch.empty.set()
        self._batch_of.update(dict.fromkeys(keys, batch))
        self._spawn(self._followed(batch), keys)

    async def _followed(self, batch: _Open) -> None:
        """Poll until the batch is over, deliver what it brought, and close it when that is written down."""
        state = await self._over(batch.identity)
        entries = await self._insist(lambda queue: queue.entries(state.files))
        for key in tuple(batch.keys):
            self._deliver(key, entries.get(key), state)
        await batch.empty.wait()
        self._calls.close_batch(batch.identity, "collected" if entries else "failed")

    def _deliver(self, key: str, entry: Entry | None, state: BatchState) -> None:
        waiter = self._awaited.get(key)
        if waiter and not waiter.done():
            waiter.set_result(entry or unanswered(state))
        elif entry:
            self._early[key] = entry
        else:
            self.written(key)  # its batch brought nothing: it is sent when it is asked for

    def written(self, key: str) -> None:
        """The answer to ``key`` outlives this process, or there is none: its batch is done with it."""
        batch = self._batch_of.pop(key, None)
        if batch is not None:
            batch.keys.discard(key)
            if not batch.keys:
                batch.empty.set()

    async def _over(self, identity: str) -> BatchState:
        pause = self._settings.poll_every
        while True:
            state = await self._insist(lambda queue: queue.state(identity))
            if state.over:
                return state
            await asyncio.sleep(pause)
            pause = min(pause * POLL_GROWTH, max(SLOWEST_POLL, self._settings.poll_every))

    async def _insist(self, action: Callable[[BatchQueue], Awaitable[Got]]) -> Got:
        """``action``, tried again as a call is; a whole batch is at stake, so to give up ends the run."""
        assert self._queue is not None
        attempts = Attempts(f"{self.role}, batch interface")
        while True:
            try:
                return await action(self._queue)
            except CallTrouble as trouble:
                try:
                    pause = self.patience.pause(trouble, attempts)
                except CallFailed as error:
                    raise TeacherRefused(
                        f"the batch interface does not work: {error.what}",
                        where=error.where,
                        remedy="write `mode: live`, or run the same command again: what was answered is kept",
                    ) from error
                named = trouble.retry_after or self._settings.poll_every
                await asyncio.sleep(max(pause, named if trouble.trouble == "rate" else 0.0))
