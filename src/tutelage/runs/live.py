"""Live calls: one request each, as fast as the pace allows.

    purse.reserve → pace.enter → teacher.send → purse.settle       one attempt
    trouble → pace told → patience → the next attempt              until answered or given up

The permit of an answered call is given back by the gateway, when the answer is committed.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

from tutelage.errors import TeacherRefused
from tutelage.recipe.settings import PaceOptions
from tutelage.records import Reply
from tutelage.runs.budget import NOTHING, Amount, Purse
from tutelage.runs.line import Answer, Call, Line, Stopped
from tutelage.runs.pace import Outcome, Pace, PaceSettings, Permit
from tutelage.runs.retry import FINAL, Attempts
from tutelage.runs.tally import Tally
from tutelage.teachers.prices import Price
from tutelage.teachers.teacher import CallTrouble, Teacher

# What a refusal of one prompt or one setting says of the server: nothing.
_OUTCOMES: dict[str, Outcome] = {
    "rate": "rate",
    "overloaded": "overloaded",
    "adapt": "cancelled",
    "bad_request": "cancelled",
    "empty": "cancelled",
}


class LiveLine(Line):
    """Calls go out one by one, as fast as the pace allows; see the module."""

    def __init__(
        self,
        role: str,
        teacher: Teacher,
        *,
        options: PaceOptions,
        price: Price | None,
        purse: Purse,
        tally: Tally,
    ) -> None:
        super().__init__(role, teacher, options=options, price=price, purse=purse, tally=tally)
        self.pace = Pace(
            PaceSettings(
                concurrency=options.concurrency,
                max_concurrency=options.max_concurrency,
                requests_per_minute=options.requests_per_minute,
                tokens_per_minute=options.tokens_per_minute,
            ),
            slots=teacher.slots,
        )
        self._hedge_after = options.hedge_after
        self._counts_tokens = options.tokens_per_minute is not None
        self._completion = 200.0  # tokens of an answer, averaged over the last ones

    @property
    def wanted(self) -> int:
        """As many as the pace can keep busy."""
        return self.pace.wanted

    @property
    def in_flight(self) -> int:
        """Permits that are out."""
        return self.pace.in_flight

    async def answer(self, call: Call) -> Answer:
        """Attempt after attempt until one is answered or patience ends."""
        if not self._opened:
            await self.open()
        attempts: Attempts | None = None
        while True:
            try:
                answer = await (self._hedged(call) if self._hedge_after else self._attempt(call))
            except CallTrouble as trouble:
                if self.halted and trouble.trouble not in FINAL:
                    raise Stopped from trouble
                attempts = attempts or Attempts(call.place)
                try:
                    pause = self.patience.pause(trouble, attempts)
                except TeacherRefused:
                    self.halted = True  # at once: the next in the queue has its permit already
                    raise
                if pause:
                    await asyncio.sleep(pause)
            else:
                self.patience.answered()
                return answer

    async def _attempt(self, call: Call) -> Answer:
        reserved = await self.reserve(call)
        expected = len(call.text) / 4 + self._completion if self._counts_tokens else 0
        try:
            permit = await self.pace.enter(expected)
        except asyncio.CancelledError:
            self.settle(reserved, NOTHING)
            raise
        if self.halted:
            permit.done("cancelled", 0, None)
            self.settle(reserved, NOTHING)
            raise Stopped
        self.tally.sent += 1
        call.sent += 1
        call.in_flight += 1
        started = time.perf_counter()
        try:
            reply = await self.teacher.send(call.request)
        except CallTrouble as trouble:
            permit.done(_OUTCOMES.get(trouble.trouble, "failed"), 0, trouble.retry_after)
            self.tally.last_trouble = str(trouble)
            self.settle_unanswered(call, reserved, maybe_paid=trouble.maybe_paid)
            raise
        except BaseException:  # cancelled, as the slower of two copies is
            permit.done("cancelled", 0, None)
            self.settle_unanswered(call, reserved, maybe_paid=True)
            raise
        finally:
            call.in_flight -= 1
        return self._paid(permit, reserved, reply, time.perf_counter() - started)

    def _paid(self, permit: Permit, reserved: Amount, reply: Reply, seconds: float) -> Answer:
        usage = reply.usage
        if self._counts_tokens:
            self._completion += 0.1 * (usage.completion - self._completion)
        cost = self.cost(usage)
        self.settle(reserved, Amount(cost, usage.total, 1))
        return Answer(reply, cost, seconds, partial(permit.done, "ok", usage.total))

    async def _hedged(self, call: Call) -> Answer:
        """One attempt, and a second copy if the first is slow: the first answer wins."""
        loop = asyncio.get_running_loop()
        copies = [loop.create_task(self._attempt(call))]
        try:
            done, waiting = await asyncio.wait(copies, timeout=self._hedge_after)
            if waiting and not self.halted:
                copies.append(loop.create_task(self._attempt(call)))
                waiting = set(copies)
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for copy in done:
                    if copy.exception() is None:
                        return copy.result()
            return copies[0].result()  # raises what went wrong
        finally:
            for copy in copies:
                copy.cancel()
            await asyncio.gather(*copies, return_exceptions=True)
