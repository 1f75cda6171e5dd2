"""A limit per minute that a recipe names: never exceeded in any 60 seconds, and used up evenly.

Two rules together. The *window* is exact: it knows every charge of the last minute. The *spacing* (a leaky
bucket, the generic cell rate algorithm) keeps the window from filling at once and then standing still for a
minute.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

MINUTE = 60.0

BURST = 1.0
"""Seconds' worth that may leave at once. It makes up for an event loop that wakes a little late."""


@dataclass(slots=True)
class Charge:
    """Units taken from an allowance, and when."""

    time: float
    units: float


class Allowance:
    """At most ``per_minute`` units in any 60 seconds, spread evenly: no more than a second's worth at once.

    A unit is a call or a token. A call larger than the whole allowance leaves alone, when nothing else was
    charged for a minute.
    """

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self._charges: deque[Charge] = deque()  # of the last 60 seconds
        self._charged = 0.0
        self._due = -math.inf

    def ready(self, now: float, units: float) -> float:
        """The earliest time, ``now`` or later, at which ``units`` may leave."""
        while self._charges and self._charges[0].time + MINUTE <= now:
            self._charged -= self._charges.popleft().units
        at = max(now, self._due)
        excess = self._charged + units - self.per_minute
        for charge in self._charges:
            if excess <= 1e-9:  # the sum of many fractions
                break
            excess -= charge.units
            at = max(at, charge.time + MINUTE)
        return at

    def charge(self, now: float, units: float) -> Charge:
        """Take ``units`` and return the entry that ``correct`` wants back."""
        entry = Charge(now, units)
        self._charges.append(entry)
        self._charged += units
        self._due = max(self._due, now - BURST) + units * MINUTE / self.per_minute
        return entry

    def correct(self, entry: Charge, now: float, units: float) -> None:
        """Replace an expected number of units by the true one."""
        difference = units - entry.units
        self._due += difference * MINUTE / self.per_minute
        if entry.time + MINUTE > now:  # else it has left the window, or will before anybody asks
            entry.units = units
            self._charged += difference
