"""How fast calls may leave: the limit that a server teaches by refusing (429).

Nothing is limited until the first refusal. From then on calls leave one by one, evenly spaced, at a rate that
moves as in CUBIC (RFC 9438): a refusal cuts it, lightly at first and harder if refusals follow; it *holds*
just below the refused rate; then it grows with the cube of time, first careful, then bold, until it is
refused again. A limit that is refused where it was refused before is confirmed, and held for longer.

Refusals that follow one another form a *streak*. Of calls that left before the last cut they say nothing, so
a burst of them counts once. Where a streak shuts everything out, the server counts in windows, perhaps of a
minute; the average accepted from one opening to the next is then its limit.
"""

from __future__ import annotations

import math

CATCH_UP = 0.02
"""Seconds by which a late call may be made up for: an event loop wakes a millisecond or more too late, and
at 1,000 calls a second that alone would halve the rate. Short enough not to make a burst."""

CUTS = (0.96, 0.9, 0.75, 0.5)
"""What remains of the rate after the first, second, ... refusal in a row. The first is small because the rate
crept over the limit slowly; a refusal that follows says that the limit itself has moved, or has run dry."""

JUST_BELOW = 0.96
"""The share of the accepted calls a second that is taken for the limit: they may contain a saved-up
burst."""

REST_SHORT, REST_LONG = 0.05, 0.4
"""Seconds without calls after the first refusal in a row, doubled with each further one. A window that is
full opens soon; without the rest a fast sender would fall through all of ``CUTS`` before it does."""

APPROACH = 2.0
"""Seconds in which the rate covers two thirds of the way from a cut to its plateau, which lies halfway (in
the geometric mean) between the accepted and the refused rate: a binary search, as in BIC, CUBIC's
forerunner."""

HOLD_SHORT, HOLD_LONG = 5.0, 18.0
"""Seconds at the plateau before growth begins. The long one once a refusal confirmed the limit. With
``DOUBLING`` the longest makes 35 seconds from a doubled limit to its discovery; a ``Retry-After`` of one
second, obeyed once in each such cycle, then costs about 4 % of the limit."""

DOUBLING = 17.0
"""Seconds of growth after which the rate is twice its plateau. 2 % are reached after 4.6 seconds."""

CONFIRMED = 0.2
"""A limit that is refused within this share of the one before is taken for the same limit."""

SHORT_BLOCK, SLOWEST_CLOCK = 3.0, 10.0
"""A server that refused everything for longer than ``SHORT_BLOCK`` seconds counts by the minute rather than
by the second. It answers what is too much only once a minute, so the curve is stretched in proportion, at
most ``SLOWEST_CLOCK`` times."""

FAR_OFF = 3.0
"""A rate this many times above what was accepted goes halfway there (in the geometric mean) at once."""

LONG_STREAK = 30.0
"""Seconds after which the average accepted since a streak began is trusted more than the next cut."""

HOLD_CALLS = 40
"""Calls that a confirmed plateau lasts at least, for limits so low that ``HOLD_LONG`` is few calls."""

QUIET, QUIET_CALLS = 2.0, 4
"""A streak of refusals is over after so many seconds of sending, and calls sent, without another."""

BLOCKED = 4
"""A streak this long means that nothing at all is accepted now."""

SLOWEST = 1 / 8
"""Calls a second while everything is refused."""


class Count:
    """Calls that left since ``start``, and how many of them were refused."""

    def __init__(self, start: float | None = None) -> None:
        self._start = start
        self.last = start or 0.0
        self.accepted = 0  # or not yet known to be refused

    @property
    def start(self) -> float:
        """When counting began: at the first call where no time was given."""
        return self._start if self._start is not None else self.last

    def left(self, now: float) -> None:
        """A call left."""
        if self._start is None:
            self._start = now
        self.last = now
        self.accepted += 1

    def refused(self, left: float) -> None:
        """The call that left at ``left`` was refused."""
        if self._start is not None and left >= self._start:
            self.accepted -= 1

    def rate(self, now: float) -> float:
        """Accepted calls a second."""
        return self.accepted / max(now - self.start, 0.01)


class SendRate:
    """Learns how many calls a second a server accepts, from which of them it refuses.

    ``rate`` is ``None`` until the first refusal. Times are seconds on any one clock.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self._due = -math.inf  # when the next call may leave
        self._left = 0.0  # when the last one left
        self._last = 0.0  # until when the age was counted
        self._age = 0.0  # seconds on this curve, counted only while calls wait for the rate
        self._from = self._plateau = 0.0
        self._hold = HOLD_SHORT
        self._cut_at = -math.inf
        self._open = True  # a call that left after the last cut was accepted
        self._streak = 0  # cuts since the last quiet time
        self._first_refused = 0.0  # the rate at the first cut of the streak
        self._proven = 0.0  # the plateau before it, if it was held to its end
        self._refused_rate = 0.0  # the rate at the last cut
        self._known = 0.0  # the same, at the end of the streak before
        self._epoch = Count()  # since the last streak ended
        self._streak_count = Count()  # since this one began
        self._cut_count = Count()  # since the last cut
        self._second = self._second_before = Count()  # what left lately, before any refusal
        self._reply_time = 0.05  # seconds a refusal takes
        self._opening = math.inf  # until when the server said it is closed, if that is long
        self._clock = 1.0  # by how much the curve is stretched

    def ready(self, now: float) -> float:
        """The earliest time, ``now`` or later, at which a call may leave."""
        return max(now, self._due)

    def leave(self, now: float) -> None:
        """A call leaves."""
        if now >= self._opening:
            self._epoch = Count(now)
            self._opening = math.inf
        self._epoch.left(now)
        self._left = now
        if self.rate is None:
            self._count_second(now)
            return
        self._streak_count.left(now)
        self._cut_count.left(now)
        if now - self._due <= 1 / self.rate + CATCH_UP:  # it waited for the rate, not for anything else
            self._age += now - self._last
        self._last = now
        if self._streak:
            self._listen(self.rate, now)
        self.rate = self._curve()
        self._due = max(self._due, now - CATCH_UP) + 1 / self.rate

    def _count_second(self, now: float) -> None:
        if now - self._second.start >= 1:
            self._second_before, self._second = self._second, Count()
        self._second.left(now)

    def _listen(self, rate: float, now: float) -> None:
        """No refusal came in the time that refusals take: calls are let in."""
        since = self._cut_count
        if since.accepted < QUIET_CALLS or now - since.start <= 3 * self._reply_time:
            return
        self._let_in(rate, now)
        if self._age >= QUIET:
            self._settle(now)

    def _curve(self) -> float:
        if self._streak or self._age <= self._hold:
            return self._plateau - (self._plateau - self._from) * math.exp(-self._age / APPROACH)
        return self._plateau * (1 + ((self._age - self._hold) / (DOUBLING * self._clock)) ** 3)

    def accepted(self, now: float, left: float) -> None:
        """The call that left at ``left`` was let in."""
        if self._streak and self.rate and left > self._cut_at:
            self._let_in(self.rate, now)

    def _let_in(self, rate: float, now: float) -> None:
        """The server accepts again. Where it had refused everything, the average tells what it accepts."""
        if self._open:
            return
        self._open = True
        blocked = now - self._streak_count.start
        long = blocked > SHORT_BLOCK and self._streak_count.accepted <= self._cut_count.accepted
        known = self._epoch.start > self._streak_count.start  # from the time the server named
        if known or (self._streak < BLOCKED and not long):
            return
        self._streak = min(self._streak, BLOCKED - 1)
        seen = max(JUST_BELOW * min(self._epoch.rate(now), self._first_refused), SLOWEST)
        if long:
            seen = max(seen, self._proven)
            self._stretch(blocked)
            self._epoch = Count(now)
            self._refused_rate = seen / JUST_BELOW
        if seen > rate or long:
            self._begin(seen, now)

    def pause(self, now: float, until: float) -> None:
        """Let nothing leave before ``until``: the server named a time.

        If that is far away, what was accepted from the last opening to the next is the limit.
        """
        self._rest(until)
        if self.rate is None or until - now <= SHORT_BLOCK:
            return
        seen = self._epoch.accepted / (until - self._epoch.start)
        rate = max(JUST_BELOW * min(seen, self._first_refused), self._proven, SLOWEST)
        self._refused_rate = rate / JUST_BELOW
        self._opening = until
        self._stretch(until - now)
        self._begin(rate, now)

    def _rest(self, until: float) -> None:
        self._due = max(self._due, until)
        self._last = max(self._last, until)

    def rejected(self, now: float, left: float) -> None:
        """The call that left at ``left`` was refused with 429.

        Refusals of calls that left before the last cut say nothing new, so a burst of them counts once.
        """
        self._epoch.refused(left)
        self._streak_count.refused(left)
        if left <= self._cut_at:
            return
        self._reply_time += 0.3 * (now - left - self._reply_time)
        rate = self.rate or max(self._second.rate(now), self._second_before.rate(now), SLOWEST)
        if self._streak == 0:
            self._first_refused = rate
            self._proven = self._plateau if self._age >= self._hold else 0.0
            self._streak_count = Count(now)
        lower = self._lower(rate, now)
        self._streak += 1
        self._refused_rate = rate
        self._cut_at = now
        self._open = False
        self._cut_count = Count()
        self._begin(lower, now)
        self._rest(now + min(REST_SHORT * 2 ** min(self._streak - 1, 10), REST_LONG))

    def _lower(self, rate: float, now: float) -> float:
        """The rate after a refusal of ``rate``: a cut, but not far below what was accepted in this streak."""
        lower = rate * CUTS[min(self._streak, len(CUTS) - 1)]
        streak = self._streak_count
        lasted, seen = now - streak.start, streak.rate(now)
        if streak.accepted < QUIET_CALLS or lasted < 1:
            return max(lower, SLOWEST)
        if lasted > LONG_STREAK:
            self._stretch(lasted)
            return max(min(lower, seen), SLOWEST)
        if rate > FAR_OFF * seen:
            return max(math.sqrt(rate * seen), SLOWEST)
        return max(lower, min(JUST_BELOW * seen, CUTS[0] * rate), SLOWEST)

    def _stretch(self, blocked: float) -> None:
        self._clock = max(self._clock, min(blocked / SHORT_BLOCK, SLOWEST_CLOCK))

    def _begin(self, rate: float, now: float, plateau: float | None = None) -> None:
        """Start a curve at ``rate``, and send the next call one gap after the last."""
        self.rate = self._from = rate
        self._plateau = plateau or rate
        self._age = 0.0
        self._last = max(now, self._last)
        self._due = max(self._due, self._left + 1 / rate)

    def _settle(self, now: float) -> None:
        """Refusals are over: choose the plateau and how long to stay there."""
        rate = self._from
        same = abs(self._refused_rate / self._known - 1) <= CONFIRMED if self._known else False
        self._clock = max(1.0, 0.7 * self._clock)
        self._hold = max(HOLD_LONG * self._clock, HOLD_CALLS / rate) if same else HOLD_SHORT * self._clock
        plateau = max(rate, min(CUTS[0] * self._refused_rate, math.sqrt(rate * self._refused_rate)))
        self._known = self._refused_rate
        self._streak = 0
        if self._clock == 1.0:
            self._epoch = Count(now)
        self._begin(rate, now, plateau)
