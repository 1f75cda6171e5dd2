"""When the next call may leave.

Four limits hold at once, and the next call leaves when the last of them lets it:

- calls under way: fixed, or found by :mod:`tutelage.runs.concurrency`;
- a send rate, learnt from the server's refusals by :mod:`tutelage.runs.rate`. Calls under way alone cannot
  meet a rate: one at a time at 50 ms already makes 20 a second;
- calls and tokens per minute, where the recipe names them, by :mod:`tutelage.runs.allowance`;
- ``Retry-After``: before that time nothing leaves.

Congestion is answered by careful increase and multiplicative decrease (Chiu and Jain 1989), with the plateau
and the cubic probing of CUBIC (RFC 9438) for the rate, and with rounds that compare what was answered, as BBR
does (Cardwell and others 2016), for the calls under way. One order of arrival holds for all calls, first
attempts and retries alike.

:class:`Gate` decides and is pure: times come in as seconds, so that a test runs hours of a server's life in
moments. :class:`Pace` is the thin part that waits.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tutelage.runs.allowance import Allowance, Charge
from tutelage.runs.concurrency import Concurrency
from tutelage.runs.rate import SendRate

Outcome = Literal["ok", "rate", "overloaded", "failed", "cancelled"]

OVERLOAD_PAUSE, LONGEST_OVERLOAD_PAUSE = 0.1, 10.0
"""Seconds without calls after an overload that named no time; doubled until a call is answered again."""

AHEAD = 2
"""Calls planned per call that may be under way, so that a limit that doubles finds calls waiting."""

FEWEST_WANTED = 8
"""Calls planned at least: the limit must be reached before it can grow."""


@dataclass(frozen=True)
class PaceSettings:
    """What a recipe says of the pace; rates per minute are ``None`` where nothing is said."""

    concurrency: int | Literal["auto"] = "auto"
    max_concurrency: int = 256
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


@dataclass(slots=True)
class Ticket:
    """A call under way: when it left, and what it was charged."""

    left: float
    calls: Charge | None
    tokens: Charge | None


class Gate:
    """Lets calls leave. Pure: ``now`` is seconds on any one clock and never runs backwards."""

    def __init__(self, settings: PaceSettings, *, slots: int | None = None) -> None:
        auto = settings.concurrency == "auto"
        named = [slots, None if auto else int(settings.concurrency)]
        fixed = min((each for each in named if each), default=None)
        self.concurrency = Concurrency(settings.max_concurrency, fixed)
        self.rate = SendRate()
        calls, tokens = settings.requests_per_minute, settings.tokens_per_minute
        self._calls = Allowance(calls) if calls else None
        self._tokens = Allowance(tokens) if tokens else None
        self._hold_until = -math.inf
        self._overloads = 0
        self._latency = 0.0  # seconds, averaged over the last answers

    def ready(self, now: float, tokens: float) -> float:
        """The earliest time, ``now`` or later, at which a call may leave; infinite where another has to come
        back first."""
        if not self.concurrency.free:
            return math.inf
        at = max(now, self._hold_until, self.rate.ready(now))
        if self._calls:
            at = max(at, self._calls.ready(now, 1))
        if self._tokens:
            at = max(at, self._tokens.ready(now, tokens))
        return at

    def leave(self, now: float, tokens: float) -> Ticket:
        """A call leaves that is expected to take ``tokens``."""
        self.concurrency.leave(now)
        self.rate.leave(now)
        return Ticket(
            now,
            self._calls.charge(now, 1) if self._calls else None,
            self._tokens.charge(now, tokens) if self._tokens else None,
        )

    def done(
        self, ticket: Ticket, now: float, outcome: Outcome, tokens: float, retry_after: float | None = None
    ) -> None:
        """The call came back; ``tokens`` is what it took, ``retry_after`` seconds."""
        if self._tokens and ticket.tokens and outcome == "ok" and tokens:
            self._tokens.correct(ticket.tokens, now, tokens)
        if outcome == "ok":
            self._overloads = 0
            self._latency += (now - ticket.left - self._latency) * (0.1 if self._latency else 1.0)
            self.concurrency.answered(now)
            self.rate.accepted(now, ticket.left)
        elif outcome == "rate":
            self.concurrency.cancelled(now)
            self.rate.rejected(now, ticket.left)
        elif outcome == "overloaded":
            if self.concurrency.overloaded(now, ticket.left) and retry_after is None:
                pause = OVERLOAD_PAUSE * 2 ** min(self._overloads, 10)
                self._hold_until = max(self._hold_until, now + min(pause, LONGEST_OVERLOAD_PAUSE))
                self._overloads += 1
        elif outcome == "failed":
            self.concurrency.failed(now, ticket.left)
        else:
            self.concurrency.cancelled(now)
        if retry_after:
            self._hold_until = max(self._hold_until, now + retry_after)
            self.rate.pause(now, now + retry_after)

    @property
    def wanted(self) -> int:
        """How many calls it is worth to have ready or under way."""
        limit = AHEAD * self.concurrency.limit
        rates = [each.per_minute / 60 for each in (self._calls,) if each]
        if self.rate.rate is not None:
            rates.append(self.rate.rate)
        if rates and self._latency:
            limit = min(limit, math.ceil(AHEAD * min(rates) * self._latency))
        return max(limit, FEWEST_WANTED)


class Permit:
    """Leave to make one call. ``done`` must be called exactly once."""

    __slots__ = ("_pace", "_ticket")

    def __init__(self, pace: Pace, ticket: Ticket) -> None:
        self._pace = pace
        self._ticket: Ticket | None = ticket

    def done(self, outcome: Outcome, tokens: float, retry_after: float | None = None) -> None:
        """The call is over, took ``tokens``, and the server asked to wait ``retry_after`` seconds.

        ``cancelled`` is a call that was given up on this side, or never made.

        Raises:
            RuntimeError: it was called before; counted twice, a call would open a place that is not there.
        """
        ticket, self._ticket = self._ticket, None
        if ticket is None:
            raise RuntimeError("a permit was given back twice")
        self._pace._done(ticket, outcome, tokens, retry_after)


class Pace:
    """Makes calls wait for their turn, in order of arrival. One timer at most, for the first in the queue."""

    def __init__(
        self,
        settings: PaceSettings,
        *,
        slots: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gate = Gate(settings, slots=slots)
        self._clock = clock
        self._queue: deque[tuple[float, asyncio.Future[Permit]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, tokens: float) -> Permit:
        """Wait until a call that is expected to take ``tokens`` may leave."""
        now = self._clock()
        if not self._queue and self._gate.ready(now, tokens) <= now:
            return Permit(self, self._gate.leave(now, tokens))
        turn: asyncio.Future[Permit] = asyncio.get_running_loop().create_future()
        self._queue.append((tokens, turn))
        if len(self._queue) == 1:
            self._advance()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the turn came in the moment of giving up
                turn.result().done("cancelled", 0)
            else:
                self._advance()
            raise

    @property
    def limit(self) -> int:
        """How many calls may be under way now."""
        return self._gate.concurrency.limit

    @property
    def in_flight(self) -> int:
        """How many are."""
        return self._gate.concurrency.in_flight

    @property
    def rate(self) -> float | None:
        """Calls a second, where the server taught a limit."""
        return self._gate.rate.rate

    @property
    def wanted(self) -> int:
        """How many calls it is worth to have ready or under way; the flow plans ahead by this."""
        return self._gate.wanted

    def _done(self, ticket: Ticket, outcome: Outcome, tokens: float, retry_after: float | None) -> None:
        self._gate.done(ticket, self._clock(), outcome, tokens, retry_after)
        self._advance()

    def _advance(self) -> None:
        """Let all leave whose turn it is, and set the timer for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue:
            tokens, turn = self._queue[0]
            if turn.done():  # given up
                self._queue.popleft()
                continue
            now = self._clock()
            at = self._gate.ready(now, tokens)
            if at <= now:
                self._queue.popleft()
                turn.set_result(Permit(self, self._gate.leave(now, tokens)))
                continue
            if at < math.inf:
                self._timer = turn.get_loop().call_later(at - now, self._advance)
            return
