"""The purse: money, tokens and calls are reserved before an attempt is sent and settled after it.

What is spent and what is reserved together never exceed a limit, so no answer, however long, can break it.
An attempt that does not fit waits, first come first served, while others are in flight: most of them settle
for less than they reserved. When nothing is in flight and it still does not fit, the budget is reached.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from tutelage.errors import BudgetReached
from tutelage.recipe.settings import Budget


class Amount(NamedTuple):
    """Money (in the price table's unit), tokens, and calls (requests sent)."""

    money: float = 0.0
    tokens: float = 0.0
    calls: int = 0


NOTHING = Amount()


class Purse:
    """One budget, shared by all teachers of a run. ``spent`` is what earlier executions used up."""

    def __init__(self, budget: Budget, spent: Amount = NOTHING) -> None:
        self._limits = (budget.money, budget.tokens, budget.calls)
        self.limited = any(limit is not None for limit in self._limits)
        self._spent = spent
        self._reserved = NOTHING
        self._outstanding = 0
        self._waiting: deque[tuple[Amount, asyncio.Future[None]]] = deque()

    @property
    def bounds_size(self) -> bool:
        """Whether money or tokens are limited, so that an attempt needs an upper bound of both."""
        return self._limits[0] is not None or self._limits[1] is not None

    @property
    def bounds_tokens(self) -> bool:
        """Whether tokens are limited."""
        return self._limits[1] is not None

    @property
    def spent(self) -> Amount:
        """All that is settled, earlier executions included."""
        return self._spent

    async def reserve(self, amount: Amount) -> None:
        """Set ``amount`` aside for one attempt, waiting for others to settle where that may help.

        Raises:
            BudgetReached: it does not fit, and nothing in flight can make it fit.
        """
        if not self._waiting and self._fits(amount):
            self.take(amount)
            return
        if not self._outstanding:
            raise self._reached(amount)
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((amount, granted))
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled() and granted.exception() is None:
                self.settle(amount, NOTHING)  # granted in the moment in which it was cancelled
            else:
                self._serve()  # it may have stood before one that fits
            raise

    def settle(self, reserved: Amount, actual: Amount) -> None:
        """Give ``reserved`` back and spend ``actual``: nothing, where no attempt was made."""
        self._outstanding -= 1
        if self._outstanding:
            self._reserved = _minus(self._reserved, reserved)
        else:
            self._reserved = NOTHING  # exactly, whatever rounding said
        self._spent = _plus(self._spent, actual)
        if self._waiting:
            self._serve()

    def _fits(self, amount: Amount) -> bool:
        if not self.limited:
            return True
        wanted = _plus(_plus(self._spent, self._reserved), amount)
        return all(limit is None or want <= limit for want, limit in zip(wanted, self._limits, strict=True))

    def take(self, amount: Amount) -> None:
        """Set ``amount`` aside whether it fits or not: an earlier execution has committed it."""
        self._outstanding += 1
        self._reserved = _plus(self._reserved, amount)

    def _serve(self) -> None:
        """Grant what fits, in order; refuse all that wait when nothing in flight can help the first."""
        while self._waiting:
            amount, granted = self._waiting[0]
            if not granted.done():
                if self._fits(amount):
                    self.take(amount)
                    granted.set_result(None)
                elif self._outstanding:
                    return
                else:
                    granted.set_exception(self._reached(amount))
            self._waiting.popleft()

    def _reached(self, amount: Amount) -> BudgetReached:
        names = ("money", "tokens", "calls")
        for name, limit, spent, want in zip(names, self._limits, self._spent, amount, strict=True):
            if limit is not None and spent + want > limit:
                return BudgetReached(
                    f"the budget is reached: {_say(spent)} of {_say(limit)} {name} are used,"
                    f" and the next call could take {_say(want)}",
                    where=f"budget.{name}",
                    remedy=f"raise budget.{name} and run the same command again: everything so far is kept",
                )
        raise AssertionError("a refused amount breaks a limit")  # pragma: no cover


def _plus(left: Amount, right: Amount) -> Amount:
    return Amount(left[0] + right[0], left[1] + right[1], left[2] + right[2])


def _minus(left: Amount, right: Amount) -> Amount:
    return Amount(left[0] - right[0], left[1] - right[1], left[2] - right[2])


def _say(value: float) -> str:
    """A figure for a person: whole numbers with separators, money to a ten-thousandth."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4f}"
