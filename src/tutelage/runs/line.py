"""The line to one model: what live calls and batches share.

A line carries a call out and says what it cost. It neither looks up nor stores: that is the gateway's.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from tutelage.asking import Sampling
from tutelage.errors import BadInput
from tutelage.recipe.settings import PaceOptions
from tutelage.records import Reply, Usage, canonical
from tutelage.runs.budget import Amount, Purse
from tutelage.runs.retry import Patience
from tutelage.runs.tally import Tally
from tutelage.teachers.prices import Price
from tutelage.teachers.teacher import Request, Teacher

TEMPLATE_TOKENS = 64  # a server's own opening: a default system prompt, a date
TURN_TOKENS = 16  # role markers around one message
IMAGE_TOKENS = 4_000
_LIMITS_IN_EXTRA = ("max_tokens", "max_completion_tokens")


def _nothing() -> None:
    """A call that holds no permit has none to give back."""


class Stopped(Exception):
    """The run was told to stop, so this call was not sent. No error: nothing is lost."""


@dataclass(slots=True, eq=False)
class Call:
    """One call under way. ``text`` is the request as canonical JSON.

    ``sent`` counts attempts that left, ``in_flight`` those that have not come back; ``tried_before`` those of
    earlier executions. ``waiters`` are the askers.
    """

    key: str
    place: str
    role: str
    line: Line
    request: Request
    text: str
    tried_before: int = 0
    sent: int = 0
    in_flight: int = 0
    waiters: list[asyncio.Future[Reply]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, its cost, and the seconds that the answered attempt took. ``release`` lets another call be
    sent in its place, once the reply is written down."""

    reply: Reply
    cost: float
    seconds: float
    release: Callable[[], None] = _nothing


class Line(ABC):
    """What live and batch lines share: the teacher, its price, and how much a call could take."""

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
        self.role = role
        self.teacher = teacher
        self.identity = teacher.identity
        self.identity_text = canonical(self.identity)
        self.price = price
        self.purse = purse
        self.tally = tally
        self.patience = Patience(teacher.name, options.tries)
        self.halted = False  # set by the gateway: what is in flight comes in, nothing else goes out
        self._opened = False
        self._opening = asyncio.Lock()
        self._defaults = teacher.defaults
        self._asked: Sampling | None = None
        self._merged = self._defaults

    @property
    @abstractmethod
    def wanted(self) -> int:
        """How many items may usefully be under way."""

    @property
    @abstractmethod
    def in_flight(self) -> int:
        """Requests that were sent and have not come back."""

    @abstractmethod
    async def answer(self, call: Call) -> Answer:
        """Carry one call out.

        Raises:
            CallFailed: it is given up.
            TeacherRefused: no call can be answered.
            BudgetReached: it could break the budget.
        """

    async def open(self) -> None:
        """Open the teacher, once, when a call has to be sent: a replay needs no key and no server."""
        async with self._opening:
            if not self._opened:
                await self.teacher.open()
                self._opened = True

    async def close(self) -> None:
        """Let go of connections."""
        if self._opened:
            self._opened = False
            await self.teacher.close()

    def written(self, key: str) -> None:
        """The outcome of the call ``key`` outlives this process from now on."""

    def sampling(self, asked: Sampling) -> Sampling:
        """``asked`` over the teacher's own settings; methods ask with the same object again and again."""
        if asked is not self._asked:
            self._asked, self._merged = asked, asked.over(self._defaults)
        return self._merged

    def bound(self, call: Call) -> Amount:
        """The most that one attempt can take.

        A token of a byte-level tokenizer is at least one byte, so the bytes of the request bound its tokens;
        thinking is part of the completion that ``max_tokens`` bounds.

        Raises:
            BadInput: the completion is unbounded.
        """
        request = call.request
        limit = 1 if request.answer is not None else _completion_limit(request.sampling)
        if limit is None and not self.purse.bounds_tokens and self.cost(Usage(1_000, 1_000)) == 0:
            limit = 0  # only money is limited, and this model costs none
        if limit is None:
            raise BadInput(
                "a budget of money or tokens needs a bound on every answer",
                where=call.place,
                remedy=f"give the {self.role} a `max_tokens`",
            )
        images = sum(len(message.images) for message in request.messages)
        around = TEMPLATE_TOKENS + TURN_TOKENS * len(request.messages) + IMAGE_TOKENS * images
        prompt = len(call.text.encode("utf-8", "surrogatepass")) + around
        return Amount(self.cost(Usage(prompt, limit)), prompt + limit, 1)

    def cost(self, usage: Usage) -> float:
        """Money for ``usage``; 0 where no price is known."""
        return self.price.cost(usage) if self.price else 0.0

    async def reserve(self, call: Call) -> Amount:
        """Set the most that one attempt can take aside, where there is a budget to break."""
        amount = self.bound(call) if self.purse.bounds_size else Amount(calls=1)
        if self.purse.limited:
            await self.purse.reserve(amount)
        return amount

    def settle(self, reserved: Amount, actual: Amount) -> None:
        """The inverse of :meth:`reserve`."""
        if self.purse.limited:
            self.purse.settle(reserved, actual)

    def settle_unanswered(self, call: Call, reserved: Amount, *, maybe_paid: bool) -> None:
        """An attempt brought no answer; where it may be billed, its upper bound counts as spent."""
        self.tally.failed_attempts += 1
        if not maybe_paid or (self.price is None and not self.purse.bounds_size):
            self.settle(reserved, Amount(calls=reserved.calls))
            return
        most = reserved
        if not self.purse.bounds_size and _completion_limit(call.request.sampling) is not None:
            most = self.bound(call)
        self.tally.uncertain_cost += most.money
        self.tally.uncertain_tokens += int(most.tokens)
        self.settle(reserved, most)


def _completion_limit(sampling: Sampling) -> int | None:
    """The most tokens of an answer, all its samples together; further body fields may say it otherwise."""
    extra = sampling.extra
    said = [sampling.max_tokens, *(extra.get(name) for name in _LIMITS_IN_EXTRA)]
    limits = [limit for limit in said if isinstance(limit, int)]
    copies = [sampling.n, *(extra.get(name) for name in ("n", "best_of"))]
    return max(limits) * max(each for each in copies if isinstance(each, int)) if limits else None
