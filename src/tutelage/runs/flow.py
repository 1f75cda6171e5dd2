"""The flow: a method's items through the filters, in item order, until N examples are kept.

Items run at once, as many as the gateway can use; what they wrote is judged in the order of the plan, never
in the order of arrival, and the stream ends when N are kept. So the result depends on the replies alone, not
on speed, concurrency, or crashes. What was under way beyond the last kept example is *surplus*: stored, in no
export.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from tutelage.errors import CallFailed, TutelageError
from tutelage.filters.filter import NOTHING_ASSESSED, Assessed, Chain, Decision
from tutelage.methods.constrained import Constrained
from tutelage.methods.method import Materials, Method, State
from tutelage.methods.reading import gathered
from tutelage.recipe.settings import Patience
from tutelage.records import UNKNOWN_LICENCE, Example, Item, Rejection
from tutelage.runs.assessing import Assessor
from tutelage.runs.gateway import Gateway, Stopped
from tutelage.store.examples import ExampleState, Ledger, Spot

Results = Sequence[tuple[Example | Rejection, Assessed]]  # what was written, what models said of it

WRITING = "generate"  # the stage of a method's own items; prepare names its stages itself
MOST_AHEAD = 2_000  # items that may wait for a slow predecessor, so that memory stays flat


@dataclass
class Counts:
    """What has been decided so far."""

    accepted: int = 0
    decided: int = 0  # items
    surplus: int = 0
    planned: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def yield_estimate(self) -> float:
        """Accepted examples per item, with two imagined successes so that the start is hopeful."""
        return (self.accepted + 2) / (self.decided + 2)


@dataclass(frozen=True)
class _Pending:
    item: Item
    spot: Spot
    task: asyncio.Task[Results]


class Flow:
    """One execution of a method's plan.

    ``limit`` decides exactly that many items and no target (a preview). ``run`` returns why it stopped, or
    an empty string when the target is reached; errors that end the whole run are raised by it after
    everything that was decided is written down.
    """

    def __init__(
        self,
        *,
        method: Method | Constrained,
        chain: Chain,
        gateway: Gateway,
        ledger: Ledger,
        materials: Materials,
        seed: int,
        target: int,
        patience: Patience,
        licence: str = UNKNOWN_LICENCE,
        limit: int | None = None,
        assessor: Assessor | None = None,
    ) -> None:
        self.counts = Counts()
        self._method = method
        self._chain = chain
        self._gateway = gateway
        self._ledger = ledger
        self._materials = materials
        self._seed = seed
        self._target = target
        self._patience = patience
        self._licence = licence
        self._limit = limit
        self._assessor = assessor
        self._accepted: list[Example] = []  # filled for adaptive methods only: a stream needs no memory
        self._recent: deque[bool] = deque(maxlen=patience.window)
        self._pending: deque[_Pending] = deque()
        self._running = 0
        self._stirred = asyncio.Event()
        self._interrupted = False
        self._broken = False  # an item met an error that ends the run: start no others

    def interrupt(self) -> None:
        """Send nothing more, let calls in flight be written down, and return from :meth:`run`."""
        self._interrupted = True
        self._gateway.stop()
        self._stirred.set()

    async def run(self) -> str:
        """Carry the plan out; see the class."""
        for rejection in self._materials.rejections:
            self._reject(rejection, Spot(-1, 0))
        round = 0
        while True:
            planned = self.counts.planned
            items = self._method.plan(round, self._state(round))
            reason = await self._carry_out(round, iter(items))
            if reason is not None:
                return reason
            if self.counts.planned == planned or not self._method.adaptive:
                return self._exhausted()
            round += 1

    def _state(self, round: int) -> State:
        planned = self._ledger.planned(round)
        return State(self._seed, self._target, self._materials, planned, tuple(self._accepted))

    def _exhausted(self) -> str:
        return (
            f"the plan is exhausted: {self.counts.planned} items were planned, {self.counts.accepted} of"
            f" {self._target} wanted examples were accepted"
        )

    async def _carry_out(self, round: int, plan: Iterator[Item]) -> str | None:
        """One round, from first launch to last decision; the reason to end the run, if there is one."""
        more = True
        try:
            while True:
                more = more and self._launch(round, plan)
                reason = self._decide_ready()
                if reason is not None:
                    return reason
                if not self._pending and not more:
                    return None
                self._stirred.clear()
                if self._running and not (self._pending and self._pending[0].task.done()):
                    await self._stirred.wait()
        finally:
            await self._wind_up()

    def _launch(self, round: int, plan: Iterator[Item]) -> bool:
        """Start items while they can be of use; False when the plan has no more."""
        while self._has_use_for_more():
            item = next(plan, None)
            if item is None:
                return False
            spot = Spot(round, self.counts.planned)
            self._ledger.plan(item, spot)
            self.counts.planned += 1
            task = asyncio.create_task(self._carried_out(item))
            task.add_done_callback(self._on_done)
            self._running += 1
            self._pending.append(_Pending(item, spot, task))
        return True

    def _has_use_for_more(self) -> bool:
        if self._interrupted or self._broken or self._running >= self._gateway.wanted:
            return False
        if self._limit is not None:
            return self.counts.planned < self._limit
        missing = self._target - self.counts.accepted
        expected = ceil(missing / max(self.counts.yield_estimate, 0.01))
        return len(self._pending) < min(expected, MOST_AHEAD)

    async def _carried_out(self, item: Item) -> Results:
        """What the method writes, and what models say of it: all that an item asks for."""
        written = await self._method_writes(item)
        if self._assessor is None:
            return [(each, NOTHING_ASSESSED) for each in written]
        found = await gathered(self._assessed(each, self._assessor) for each in written)
        return list(zip(written, found, strict=True))

    async def _method_writes(self, item: Item) -> Sequence[Example | Rejection]:
        try:
            return await self._method.write(item, self._gateway.at(WRITING, item.id))
        except CallFailed as error:
            return [Rejection(f"call:{error.reason}", "", detail=str(error), item=item.id)]

    async def _assessed(self, result: Example | Rejection, assessor: Assessor) -> Assessed:
        return NOTHING_ASSESSED if isinstance(result, Rejection) else await assessor.assess(result)

    def _on_done(self, task: asyncio.Task[Results]) -> None:
        self._running -= 1
        self._broken = self._broken or task.cancelled() or task.exception() is not None
        self._stirred.set()

    def _decide_ready(self) -> str | None:
        """Decide finished items from the front of the plan; the reason to end the run, if there is one."""
        while self._pending and self._pending[0].task.done():
            error = _error_of(self._pending[0].task)
            if isinstance(error, Stopped | asyncio.CancelledError):
                return "interrupted"
            if error is not None:
                raise error
            self._decide(self._pending.popleft())
            reason = self._reason_to_stop()
            if reason is not None:
                return reason
        return "interrupted" if self._interrupted and not self._running else None

    def _decide(self, done: _Pending) -> None:
        empty = True
        for result, assessed, spot in self._results(done):
            empty = False
            before = self.counts.accepted
            if isinstance(result, Rejection):
                self._reject(result, spot)
            elif self._limit is None and self.counts.accepted >= self._target:
                self._set_aside(result, spot)
                continue
            else:
                self._judge(result, assessed, spot)
            self._recent.append(self.counts.accepted > before)
        if empty:
            self._recent.append(False)
        self.counts.decided += 1

    def _results(self, done: _Pending) -> Iterator[tuple[Example | Rejection, Assessed, Spot]]:
        """What an item came to, each with its place; what a teacher wrote has its licence, if no other."""
        for ordinal, (result, assessed) in enumerate(done.task.result()):
            if isinstance(result, Example) and result.teacher and result.licence == UNKNOWN_LICENCE:
                result = replace(result, licence=self._licence)
            yield result, assessed, Spot(done.spot.round, done.spot.position, ordinal)

    def _judge(self, example: Example, assessed: Assessed, spot: Spot) -> None:
        decision: Decision = self._chain.decide(example, assessed)
        state: ExampleState = "kept" if decision.kept else "rejected"
        self._ledger.write_example(example, spot, state, decision.verdicts)
        if not decision.kept:
            self._reject(decision.rejection(), spot)
            return
        self.counts.accepted += 1
        if self._method.adaptive:
            self._accepted.append(example)

    def _reject(self, rejection: Rejection, spot: Spot) -> None:
        self.counts.rejected[rejection.reason] += 1
        self._ledger.write_rejection(rejection, spot)

    def _set_aside(self, example: Example, spot: Spot) -> None:
        self.counts.surplus += 1
        self._ledger.write_example(example, spot, "surplus")

    def _reason_to_stop(self) -> str | None:
        if self._limit is not None:
            return "" if self.counts.decided >= self._limit else None
        if self.counts.accepted >= self._target:
            return ""
        share = sum(self._recent) / self._patience.window
        if len(self._recent) == self._patience.window and share < self._patience.least:
            return (
                f"the yield stays too low: {sum(self._recent)} of the last {self._patience.window} results"
                " were accepted examples"
            )
        return None

    async def _wind_up(self) -> None:
        """Let what is in flight be written down, and set aside what finished beyond the end."""
        if not self._pending:
            return
        self._gateway.stop()
        tasks = [each.task for each in self._pending]
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in tasks:
                task.cancel()
        for each in self._pending:
            error = _error_of(each.task)
            if error is None:
                for result, _, spot in self._results(each):
                    if isinstance(result, Example):
                        self._set_aside(result, spot)
            elif not isinstance(error, Stopped | TutelageError | asyncio.CancelledError):
                raise error
        self._pending.clear()


def _error_of(task: asyncio.Task[Results]) -> BaseException | None:
    """How a finished task failed; a cancelled one counts as failed."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()
