"""A round: the stretch of answers over which a rate is measured."""

from __future__ import annotations

import math

USED = 0.7
"""A round counts if this share of the limit was under way on average: else demand, not the limit, decided."""


class Round:
    """A stretch of answers: how many, in which time, and how many calls were under way meanwhile."""

    __slots__ = ("_area", "_changed", "calls", "came", "full", "limit", "settling", "start")

    def __init__(self, now: float, calls: int, limit: int, *, settling: bool = False) -> None:
        self.start = self._changed = now
        self.calls = calls  # answers that end it
        self.limit = limit
        self.settling = settling  # the limit has just changed: calls of the old one still come back
        self.came = 0
        self.full = False  # the limit was reached
        self._area = 0.0  # calls times seconds

    def change(self, now: float, in_flight: int) -> None:
        """The number under way, ``in_flight`` until now, is about to change."""
        self._area += in_flight * (now - self._changed)
        self._changed = now

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return max(self._changed - self.start, 1e-9)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.came / self.seconds

    @property
    def mean(self) -> float:
        """Calls under way, on average."""
        return max(self._area / self.seconds, 1e-9)

    @property
    def used(self) -> bool:
        """Whether the limit, not the demand, decided how many calls were under way."""
        return self.full and self.mean >= USED * self.limit

    def gain_over(self, before: Round) -> float:
        """1: the rate grew as much as the calls under way. 0: it did not grow."""
        more = math.log(self.mean / before.mean)
        return math.log(self.rate / before.rate) / more if more > 0.1 else 1.0
