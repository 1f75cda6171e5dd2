"""How many calls may be under way: found by trying, round by round.

A *round* lasts until as many calls came back as may be under way, so it sees each place in the server about
once, however fast the server is. What counts is its rate, calls answered a second, never latency: that grows
with the length of answers, and a server that batches is slower for each call and still faster for all.

1. *Start*: every answer opens further places, as in TCP's slow start, while the rate grows with them. A round
   that takes longer than it would at no gain ends it, near the best rate times the time of a call.
2. *Steady*: now and then the limit is raised for a trial: one round to settle, two to measure. With a gain it
   stays there and the next trial follows soon; without, it goes back, and the wait doubles.
3. A rate that falls by itself, or a trial that did harm, starts trials downwards, kept while the rate rises.
4. A server that says it is overloaded cuts the limit at once, and a burst of such answers cuts it once. Later
   trials approach the refused number by halves.

After Chiu and Jain (1989: multiplicative decrease) and BBR (Cardwell and others 2016: rates over rounds, the
bandwidth-delay product, a start that ends when the rate stands still, probing that is rare).
"""

from __future__ import annotations

import math
from typing import Literal

from tutelage.runs.rounds import Round

START = 8
"""Calls under way at first: on a server with a single slot the first round is then only eight calls long."""

GROWTH = 1.5
"""Places that an answer opens during the start. More reaches a large server sooner; less overshoots less at a
server that becomes slower when it is asked too much."""

START_GAIN, START_DOUBT, GAIN = 0.15, 0.7, 0.25
"""The least gain that counts: the growth of the rate by that of the calls under way, both as logarithms. 0.25
means that a quarter more calls must bring 5.7 % more answers. The start is content with less, since a server
that batches gains slowly and for long, but asks more of short rounds, which are easily lucky: ``START_DOUBT``
over the square root of the round's calls is added."""

LATE, SLOW, SLOW_TRIAL = 1.15, 1.5, 2.2
"""A round of the start opens no further place after ``LATE`` times the time of the round before. It ends
early after ``SLOW`` times that time if its rate is below ``FALL`` of that before; a trial, after
``SLOW_TRIAL`` times: calls of equal length come back in waves, and a trial must see two of them."""

TRIAL_STEPS = (1.25, 1.5)
"""By how much a trial raises the limit: at first, and after a success."""

LONGEST_WAIT = 24
"""Rounds between trials at a server that proved full again and again."""

ROOM = 0.85
"""Calls that are answered at this share of the idle server's speed find no queue: trials stay frequent."""

FALL, HARM = 0.75, 0.88
"""A rate below this share of what it was at the same limit has fallen; a trial below it did harm."""

CUT = 0.75
"""What an overload, and a trial downwards, leave of the limit."""

BETTER = 1.05
"""A lower limit is kept if the rate is higher by this factor."""

ROUND_CALLS, MOST_ROUND_CALLS, ERROR = 24, 128, 0.1
"""A measured round has enough calls for a standard error of ``ERROR``, within these bounds."""

FAILURES, FAILING = 16, 0.5
"""If this share of about so many last calls broke, the server is taken to be overloaded."""

Phase = Literal["start", "steady", "up", "down"]


class Concurrency:
    """A limit on calls under way: ``fixed``, or found between 1 and ``most``. Times are seconds."""

    def __init__(self, most: int, fixed: int | None = None) -> None:
        self.limit = fixed or min(START, most)
        self.in_flight = 0
        self._fixed = fixed is not None
        self._most = most
        self._phase: Phase = "start"
        self._round = Round(0.0, self.limit, self.limit)
        self._before: Round | None = None  # the last round of the start that brought a gain
        self._opened = float(self.limit)  # the limit with its fraction, during the start
        self._speed = math.inf  # answers a second for each call under way, on the idle server
        self._home = self.limit  # the limit outside trials
        self._level = 0.0  # the rate there; 0: not known yet
        self._spread = 0.5  # standard deviation of a call's time, by its mean
        self._wait = self._waits = 1  # rounds until the next trial, and from trial to trial
        self._step = 0
        self._refused_at = 0  # the calls under way when the server was last overloaded
        self._falls = 0  # rounds in a row whose rate had fallen
        self._tried_lower = False
        self._cut_at = -math.inf
        self._broken = 0.0  # the share of the last calls that broke

    @property
    def free(self) -> bool:
        """Whether another call may leave."""
        return self.in_flight < self.limit

    def leave(self, now: float) -> None:
        """A call leaves."""
        if self.in_flight == 0 and not self._round.came:
            self._round = Round(now, self._round.calls, self.limit, settling=self._round.settling)
        self._round.change(now, self.in_flight)
        self.in_flight += 1
        if self.in_flight >= self.limit:
            self._round.full = True

    def cancelled(self, now: float) -> None:
        """A call came back, or was given up, in a way that says nothing about capacity."""
        self._round.change(now, self.in_flight)
        self.in_flight -= 1

    def answered(self, now: float) -> None:
        """A call was answered."""
        self.cancelled(now)
        this = self._round
        this.came += 1
        self._broken -= self._broken / FAILURES
        if self._fixed:
            return
        if self._phase == "start" and this.full and not self._late(this):
            self._opened = min(self._opened + GROWTH, self._most)
            self.limit = int(self._opened)
        if this.came >= this.calls or (this.came >= 4 and self._slow(this)):
            self._judge(this, now)

    def overloaded(self, now: float, left: float) -> bool:
        """The server had no capacity for the call that left at ``left``. True if that cut the limit: refusals
        of calls that left before the last cut say nothing new."""
        self.cancelled(now)
        if left <= self._cut_at:
            return False
        self._cut_at = now
        if not self._fixed:
            self._refused_at = min(self.limit, self.in_flight + 1)
            if self._phase != "up":  # a trial was too much: what it started from was not
                self._home = max(1, int(CUT * self._refused_at))
                self._level = 0.0
            self.limit = self._home
            self._step = 0
            self._wait = self._waits = min(2 * self._waits, LONGEST_WAIT)
            self._begin("steady", now, settling=True)
        return True

    def failed(self, now: float, left: float) -> None:
        """A call broke. One says nothing; if most of the last ones did, the server is overloaded."""
        self._broken += (1 - self._broken) / FAILURES
        if self._broken > FAILING and left > self._cut_at:
            self._broken = 0.0
            self.overloaded(now, left)
        else:
            self.cancelled(now)

    def _begin(self, phase: Phase, now: float, *, settling: bool = False) -> None:
        self._phase = phase
        calls = max(self.limit, self.in_flight)
        if phase != "start" and not settling:
            wanted = min(max((self._spread / ERROR) ** 2, ROUND_CALLS), MOST_ROUND_CALLS)
            rounds = max(math.ceil(wanted / calls), 1 if phase == "steady" else 2)
            calls *= rounds  # whole ones: calls that left together come back together
        self._round = Round(now, calls, self.limit, settling=settling)

    def _late(self, this: Round) -> bool:
        return self._before is not None and this.seconds > LATE * self._before.seconds

    def _slow(self, this: Round) -> bool:
        """Whether the round already lasts so long that its end can bring no good news."""
        if self._phase == "start" and self._before:
            usual, rate = self._before.seconds, self._before.rate
            longest = usual * (this.calls / self._before.calls) ** (1 - START_GAIN)
        elif self._phase == "up":
            usual, rate = self._home / self._level, self._level
            longest = math.inf
        else:
            return False
        slow = SLOW if self._phase == "start" else SLOW_TRIAL
        return this.seconds > longest or (this.seconds > slow * usual and this.rate < FALL * rate)

    def _judge(self, this: Round, now: float) -> None:
        slow = self._slow(this)
        if self._phase == "start":
            if this.used:
                self._judge_start(this, now)
            else:
                self._begin("start", now)
        elif (this.settling and not slow) or not this.used:
            self._begin(self._phase, now)
        elif self._phase == "up":
            self._judge_up(this, now, slow=slow)
        elif self._phase == "down":
            self._judge_down(this, now)
        else:
            self._judge_steady(this, now)

    def _judge_start(self, this: Round, now: float) -> None:
        before = self._before
        needed = START_GAIN + START_DOUBT / math.sqrt(this.came)
        if before is None or this.gain_over(before) >= needed:
            self._speed = min(self._speed, this.rate / this.mean) if before else this.rate / this.mean
            self._before = this
            self._home = self.limit
            self._begin("start" if self.limit < self._most else "steady", now)
            return
        harm = this.rate < FALL * before.rate
        knee = max(this.rate, before.rate) / self._speed  # the bandwidth-delay product
        if harm:
            knee = before.mean if before.calls > START else START
        else:
            knee *= TRIAL_STEPS[0]
        self._home = max(1, min(self.limit, max(math.ceil(knee), before.calls)))
        if harm and before.calls <= START:
            self._level = before.rate
            self._try_lower(now)
        else:
            self.limit = self._home
            self._begin("steady", now, settling=True)

    def _judge_steady(self, this: Round, now: float) -> None:
        if not self._level:
            self._level = this.rate
        change = this.rate / self._level - 1
        deviation = min(1.25 * abs(change) * math.sqrt(this.came), 2.0)  # 1.25: mean to standard deviation
        fallen = -change > max(1 - FALL, 2.5 * self._error(this))
        self._spread += 0.2 * (deviation - self._spread)
        self._falls = self._falls + 1 if fallen else 0
        if self._falls > 1 and self._home > 1:
            self._falls = 0
            self._level = this.rate
            self._try_lower(now)
            return
        if not fallen:
            self._level += 0.4 * (this.rate - self._level)
        self._wait -= 1
        if self._wait <= 0 and self._home < self._most:
            self.limit = self._next_trial()
            self._begin("up", now, settling=True)
        else:
            self._begin("steady", now)

    def _next_trial(self) -> int:
        step = int(self._home * TRIAL_STEPS[self._step])
        if self._home < self._refused_at:  # halfway to where it was refused, and at last there again
            step = min(step, (self._home + self._refused_at) // 2)
        return min(self._most, max(self._home + 1, step))

    def _error(self, this: Round) -> float:
        return self._spread / math.sqrt(this.came)

    def _judge_up(self, this: Round, now: float, *, slow: bool) -> None:
        gain = math.log(this.rate / self._level) / math.log(self.limit / self._home)
        if gain >= GAIN and not slow:
            self._home, self._level = self.limit, this.rate
            self._wait = self._waits = self._step = 1
            self._begin("steady", now)
            return
        harm = this.rate < self._level * (1 - max(1 - HARM, 1.5 * self._error(this)))
        room = not harm and self._level > ROOM * self._speed * self._home
        self._wait = self._waits = 2 if room else min((4 if harm else 2) * self._waits, LONGEST_WAIT)
        self._step = 0
        if harm and not self._tried_lower and self._home > 1:
            self._tried_lower = True
            self._try_lower(now)
        else:
            self.limit = self._home
            self._begin("steady", now, settling=True)

    def _try_lower(self, now: float) -> None:
        self.limit = min(self._home - 1, round(CUT * self._home))
        self._begin("down", now, settling=True)

    def _judge_down(self, this: Round, now: float) -> None:
        if this.rate <= BETTER * self._level:
            self.limit = self._home
            self._begin("steady", now, settling=True)
            return
        self._home, self._level = self.limit, this.rate
        self._tried_lower = False
        if self._home > 1:
            self._try_lower(now)
        else:
            self._begin("steady", now)
