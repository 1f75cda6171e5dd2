"""Which trouble deserves another try, and when.

    rate, overloaded                          the server asks for patience: no try is used up; bounded in time
    server, network, timeout, invalid, empty  another try after an exponential pause with full jitter
    adapt                                     the teacher has learnt something: again at once
    bad_request                               this request will never be answered: it costs its item alone
    auth, missing                             no request will be answered: the run stops

A teacher on which one call after another is given up, with no answer between, is taken to be gone: to burn
through the plan would lose every item of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tutelage.errors import CallFailed, TeacherRefused
from tutelage.teachers.teacher import CallTrouble

FIRST_PAUSE = 1.0  # seconds, doubled with every try
LONGEST_PAUSE = 30.0
OVERLOAD_PAUSE = 0.25  # seconds; the pace does the real waiting
LONGEST_OVERLOAD_PAUSE = 8.0
LONGEST_NAMED_PAUSE = 600.0  # the most of a Retry-After that one call obeys by itself
PATIENCE = 1_800.0  # seconds of refusals without a single answer
MOST_ADAPTATIONS = 10  # a teacher that learns more than this from one request is going round in circles
GONE_AFTER = 20  # calls given up in a row
NEVER_THERE_AFTER = 3  # the same, where nothing was ever answered

FINAL = frozenset({"bad_request", "auth", "missing"})  # no other try could end otherwise

_KEPT = "run the same command again: everything answered so far is kept"
_REMEDY = {
    "auth": f"give a key that this server accepts (for example in OPENAI_API_KEY), then {_KEPT}",
    "missing": "correct the teacher's `model` and `base_url` (`tutelage doctor` shows what is there), then"
    f" {_KEPT}",
}
_GONE = f"see whether the server runs and can be reached (`tutelage doctor`), then {_KEPT}"
_BUSY = f"ask for fewer calls at once or a higher limit, then {_KEPT}"


@dataclass(slots=True)
class Attempts:
    """What one call has been through in this execution."""

    place: str
    tries: int = 0  # those that count
    pauses: int = 0  # those that the server asked for
    adaptations: int = 0


class Patience:
    """How long to bear with one teacher, over all its calls. ``clock`` is in seconds."""

    def __init__(
        self,
        name: str,
        tries: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._tries = tries
        self._clock = clock
        self._chance = chance  # cannot change the result, only when it comes
        self._refused_since: float | None = None
        self._given_up = 0
        self._ever_answered = False

    def answered(self) -> None:
        """The teacher answered a call."""
        self._refused_since = None
        self._given_up = 0
        self._ever_answered = True

    def pause(self, trouble: CallTrouble, attempts: Attempts) -> float:
        """Seconds to wait before the call of ``attempts`` is sent again.

        Raises:
            CallFailed: it is given up.
            TeacherRefused: every call is.
        """
        kind = trouble.trouble
        if kind in _REMEDY:
            raise self._refusal(f"refused: {trouble.message}", attempts, _REMEDY[kind])
        if kind in ("rate", "overloaded"):
            return self._asked_for(trouble, attempts)
        if kind == "bad_request" or attempts.adaptations >= MOST_ADAPTATIONS:
            self.answered()
            raise CallFailed(trouble.message, reason="bad_request", permanent=True, where=attempts.place)
        if kind == "adapt":
            attempts.adaptations += 1
            return 0.0
        return self._another_try(trouble, attempts)

    def _asked_for(self, trouble: CallTrouble, attempts: Attempts) -> float:
        now = self._clock()
        if self._refused_since is None:
            self._refused_since = now
        if now - self._refused_since > PATIENCE:
            minutes = round((now - self._refused_since) / 60)
            what = f"answered nothing but refusals for {minutes} minutes: {trouble.message}"
            raise self._refusal(what, attempts, _BUSY)
        if trouble.trouble == "rate":
            return 0.0  # the pace knows when the next call may leave
        attempts.pauses += 1
        return self._jittered(OVERLOAD_PAUSE, attempts.pauses, LONGEST_OVERLOAD_PAUSE)

    def _another_try(self, trouble: CallTrouble, attempts: Attempts) -> float:
        attempts.tries += 1
        if attempts.tries < self._tries:
            pause = self._jittered(FIRST_PAUSE, attempts.tries, LONGEST_PAUSE)
            return max(pause, min(trouble.retry_after or 0.0, LONGEST_NAMED_PAUSE))
        if trouble.trouble != "empty":  # an empty answer comes from a server that is there
            self._given_up += 1
        if self._given_up >= (GONE_AFTER if self._ever_answered else NEVER_THERE_AFTER):
            what = f"does not answer ({self._given_up} calls given up in a row): {trouble.message}"
            raise self._refusal(what, attempts, _GONE)
        tries = "1 try" if self._tries == 1 else f"{self._tries} tries"
        raise CallFailed(
            f"no answer after {tries}: {trouble.message}",
            reason=trouble.trouble,
            permanent=False,
            where=attempts.place,
        )

    def _jittered(self, first: float, count: int, longest: float) -> float:
        return self._chance() * min(first * 2.0 ** min(count - 1, 30), longest)

    def _refusal(self, what: str, attempts: Attempts, remedy: str) -> TeacherRefused:
        return TeacherRefused(f"the model '{self._name}' {what}", where=attempts.place, remedy=remedy)
