"""The gateway: the one door for calls to models.

    key → store? → answered before: replayed
        → under way? → the same answer for both askers
        → line: waits its turn, is sent → written down → committed → only then the asker has it

The key of a call is the digest of the teacher's identity, the request, and the place; so to resume a run is
to run it again, and nothing else needs to know about resuming.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from types import TracebackType

from tutelage.asking import Ask, TeacherRole
from tutelage.errors import BadInput, CallFailed, StoreFailed, TeacherRefused, TutelageError
from tutelage.recipe.settings import Budget, PaceOptions
from tutelage.records import Reply, canonical
from tutelage.runs.asker import Asker
from tutelage.runs.batch import BATCHES, BatchLine, BatchSettings
from tutelage.runs.budget import Amount, Purse
from tutelage.runs.line import Answer, Call, Line, Stopped
from tutelage.runs.live import LiveLine
from tutelage.runs.surrogates import clean_reply
from tutelage.runs.tally import Tally
from tutelage.store.calls import CallRow, Calls, Failure
from tutelage.teachers.prices import Priced, price_of
from tutelage.teachers.teacher import Request, Teacher
from tutelage.text import clean

__all__ = ["Gateway", "Stopped"]

TOTALS_EVERY = 0.05  # seconds, where no budget rests on the totals

Outcome = Answer | BaseException


class Gateway:
    """The door of one execution of a run; a :class:`~tutelage.asking.Desk`.

    ``replay_only`` answers from the store alone. ``finished`` does not ask again what was given up in an
    earlier execution. Entering costs nothing: a teacher is opened by the first call that has to be sent.

    Raises:
        BadInput: money is limited and a model's price is not known.
    """

    def __init__(
        self,
        calls: Calls,
        teachers: Mapping[TeacherRole, Teacher],
        *,
        budget: Budget,
        pace: PaceOptions,
        prices: Mapping[str, Priced],
        batch: BatchSettings = BATCHES,
        replay_only: bool = False,
        finished: bool = False,
    ) -> None:
        self._calls = calls
        self._replay_only = replay_only
        self._keeps_failures = finished or replay_only
        self._any_failures = calls.any_failures()  # spares most runs a look-up for every call
        before = calls.totals()
        self.tally = Tally(before)
        self._purse = Purse(budget, _spent(before))
        self._lines: dict[TeacherRole, Line] = {}
        if not replay_only:
            check_prices(teachers, budget, prices)
        for role, teacher in teachers.items():
            price = price_of(teacher.name, prices, kind=teacher.kind)
            make = partial(BatchLine, calls=calls, settings=batch) if pace.mode == "batch" else LiveLine
            self._lines[role] = make(
                role, teacher, options=pace, price=price, purse=self._purse, tally=self.tally
            )
        self._under_way: dict[str, Call] = {}
        self._landed: list[tuple[Call, Outcome]] = []
        self._halted: TutelageError | Stopped | None = None
        self._totals_written = -math.inf

    async def __aenter__(self) -> Gateway:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let calls in flight come in, write them down, and close the teachers."""
        self.stop()
        tasks = [call.task for call in self._under_way.values() if call.task]
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0)  # their callbacks
            self._totals_written = -math.inf
            self._flush()
            for line in self._lines.values():
                await line.close()

    def at(self, stage: str, item: str, role: TeacherRole = "teacher") -> Ask:
        """An ask for one item of one stage.

        Raises:
            BadInput: no model plays ``role``.
        """
        line = self._lines.get(role)
        if line is None:
            raise BadInput(f"no model plays the {role}", where=role, remedy=f"add `{role}:` to the recipe")
        return Asker(self.ask, line, f"{stage}/{item}")

    def stop(self) -> None:
        """Send nothing from now on: asks that wait, and new ones without a stored reply, raise
        :class:`Stopped`. Calls in flight come in and are written down."""
        self._halt(Stopped())

    @property
    def wanted(self) -> int:
        """How many items may usefully be under way."""
        return max(line.wanted for line in self._lines.values())

    @property
    def in_flight(self) -> int:
        """Requests that were sent and have not come back."""
        return sum(line.in_flight for line in self._lines.values())

    async def ask(self, line: Line, place: str, request: Request) -> Reply:
        """The reply to ``request`` at ``place``: from the store, or sent once and written down.

        Raises:
            CallFailed: this call cannot be answered.
            TeacherRefused, BudgetReached, StoreFailed: no further call can be.
            Stopped: the run was told to stop.
        """
        text = canonical(request.as_dict())
        key = key_of(line.identity_text, text, place)
        call = self._under_way.get(key)
        if call is None:
            reply = self._calls.find(key)
            if reply is not None:
                self.tally.replayed += 1
                return reply
            call = self._start(Call(key, place, line.role, line, request, text))
        waiter: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        call.waiters.append(waiter)  # one each: an asker that is cancelled takes nothing from the others
        return await waiter

    def _start(self, call: Call) -> Call:
        failure = self._calls.find_failure(call.key) if self._any_failures else None
        if failure is not None:
            if failure.permanent or self._keeps_failures:
                self.tally.failed += 1
                raise CallFailed(
                    failure.message, reason=failure.reason, permanent=failure.permanent, where=call.place
                )
            call.tried_before = failure.attempts
        if self._replay_only:
            self.tally.failed += 1
            raise CallFailed(
                "this call is not in the run's records",
                reason="not_recorded",
                permanent=False,
                where=call.place,
            )
        if self._halted is not None:
            raise _renewed(self._halted)
        # A task of its own: an asker may be cancelled, a call that is paid for may not.
        call.task = asyncio.get_running_loop().create_task(self._carry(call))
        call.task.add_done_callback(partial(self._ended, call))
        self._under_way[call.key] = call
        return call

    async def _carry(self, call: Call) -> None:
        answer = await call.line.answer(call)
        reply = clean_reply(answer.reply)
        self._land(call, answer if reply is answer.reply else replace(answer, reply=reply))

    def _ended(self, call: Call, task: asyncio.Task[None]) -> None:
        """A call's task is over; an answer has landed already."""
        error = Stopped() if task.cancelled() else task.exception()
        if isinstance(error, TeacherRefused):
            self._halt(error)
        elif isinstance(error, Stopped):
            error = self._halted or error
        if error is not None:
            self._land(call, error)

    def _land(self, call: Call, outcome: Outcome) -> None:
        """A call came to its end. All that do so in one turn of the event loop share one commit."""
        if not self._landed:
            asyncio.get_running_loop().call_soon(self._flush)
        self._landed.append((call, outcome))

    def _flush(self) -> None:
        """Write down and commit what has landed; only then let the askers have it, and others be sent.

        So calls that were sent and are not on record never exceed those that may be in flight.
        """
        landed, self._landed = self._landed, []
        try:
            for call, outcome in landed:
                self._write(call, outcome)
            self._write_totals()
            self._calls.commit()
        except StoreFailed as error:
            if not landed:
                raise
            self._halt(error)
            landed = [(call, error) for call, _ in landed]  # permits stay out: nothing more is sent
        except BaseException as error:  # a defect; nobody may be left waiting for ever
            for call, _ in landed:
                del self._under_way[call.key]
                _give(call, error)
            raise
        for call, outcome in landed:
            del self._under_way[call.key]
            if isinstance(outcome, Answer):
                outcome.release()
            _give(call, outcome)
            call.line.written(call.key)

    def _write_totals(self) -> None:
        """With every commit where a budget rests on them, else now and then: a crash leaves about as many
        calls uncounted as were in flight, which nobody could count anyway."""
        now = time.monotonic()
        if self._purse.limited or now - self._totals_written >= TOTALS_EVERY:
            self._totals_written = now
            self._calls.write_totals(self.tally.totals())

    def _write(self, call: Call, outcome: Outcome) -> None:
        attempts = call.tried_before + call.sent
        if isinstance(outcome, Answer):
            self.tally.answer(outcome.reply.usage, outcome.cost)
            row = (call.key, call.place, call.role, call.line.identity, clean(call.text))
            self._calls.write(CallRow(*row, outcome.reply, outcome.cost, attempts, outcome.seconds))
        elif isinstance(outcome, CallFailed):
            self.tally.failed += 1
            self._any_failures = True
            what = (outcome.reason, clean(outcome.what), outcome.permanent)
            self._calls.write_failure(Failure(call.key, call.place, call.role, *what, attempts))

    def _halt(self, error: TutelageError | Stopped) -> None:
        if self._halted is None or isinstance(self._halted, Stopped):
            self._halted = error
        for line in self._lines.values():
            line.halted = True
        for call in self._under_way.values():
            if call.task and not call.in_flight:
                call.task.cancel()


def key_of(identity: str, request: str, place: str) -> str:
    """``digest(identity, request, place)``, where identity and request are canonical JSON already."""
    text = f"[{identity},{request},{canonical(place)}]"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _spent(totals: Mapping[str, float]) -> Amount:
    return Amount(
        totals["cost"] + totals["uncertain_cost"],
        totals["prompt_tokens"] + totals["completion_tokens"] + totals["uncertain_tokens"],
        int(totals["sent"]),
    )


def check_prices(
    teachers: Mapping[TeacherRole, Teacher], budget: Budget, prices: Mapping[str, Priced]
) -> None:
    """Refuse a bound on money where a model's price is not known.

    Raises:
        BadInput: names the role and the model.
    """
    for role, teacher in teachers.items():
        if budget.money is None or price_of(teacher.name, prices, kind=teacher.kind) is not None:
            continue
        raise BadInput(
            f"budget.money is set, and the price of the {role}'s model '{teacher.name}' is not known",
            where="budget.money",
            remedy=f"add its price in USD per million tokens, such as"
            f" `prices: {{{teacher.name}: {{prompt: 0.5, completion: 1.5}}}}` (0 for a model of your own),"
            " or limit budget.tokens or budget.calls instead",
        )


def _give(call: Call, outcome: Outcome) -> None:
    """Answer all askers of ``call`` that are still there."""
    for waiter in call.waiters:
        if waiter.done():
            continue
        if isinstance(outcome, Answer):
            waiter.set_result(outcome.reply)
        else:
            waiter.set_exception(_renewed(outcome))


def _renewed(error: BaseException) -> BaseException:
    """``error`` as an object of its own: raised many times, one would gather traceback after traceback."""
    if isinstance(error, Stopped):
        return Stopped()
    if isinstance(error, TeacherRefused | StoreFailed):
        return type(error)(error.what, where=error.where, remedy=error.remedy)
    return error
