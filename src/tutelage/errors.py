"""Every error that Tutelage raises on purpose.

    TutelageError            exit 1   what happened, where, what to do next
    ├── BadInput             exit 2   the user's file, recipe or option is at fault
    │   └── MissingExtra     exit 2   an optional package is needed
    ├── CallFailed           exit 1   one call could not be answered; costs its item, not the run
    ├── TeacherRefused       exit 1   no call can be answered (wrong key, unknown model, server gone)
    ├── BudgetReached        exit 3   the next call could break the budget, so it was not sent
    ├── RunLocked            exit 1   another process works on this run
    └── StoreFailed          exit 1   the run database cannot be read or written (full disk, damage)

An error never quotes an API key: teachers raise with the reply's text only.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TutelageError(Exception):
    """The root. ``what`` happened, ``where`` (file, line, key, value), and the ``remedy``."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.remedy:
            lines.append(f"  to do: {self.remedy}")
        return "\n".join(lines)


class BadInput(TutelageError):
    """A recipe, file, or option that cannot be used as it is."""

    exit_code = 2


class MissingExtra(BadInput):
    """An optional package is needed and absent."""

    def __init__(self, purpose: str, *, extra: str, package: str) -> None:
        super().__init__(
            f"{purpose} needs the package '{package}', which is not installed",
            remedy=f'pip install "tutelage[{extra}]"',
        )


class CallFailed(TutelageError):
    """One call failed for good.

    ``reason`` is a short code such as ``bad_request`` or ``gave_up``. ``permanent`` tells whether the same
    call would fail again (a refused prompt) or only did this time (an overloaded server).
    """

    def __init__(self, what: str, *, reason: str, permanent: bool, where: str = "") -> None:
        super().__init__(what, where=where)
        self.reason = reason
        self.permanent = permanent


class TeacherRefused(TutelageError):
    """No call can succeed: the key is refused, the model is unknown, or the server is gone."""


class BudgetReached(TutelageError):
    """The next call could break the budget. Nothing was sent; the run can go on with a larger one."""

    exit_code = 3


class RunLocked(TutelageError):
    """Another process works on the same run folder."""


class StoreFailed(TutelageError):
    """The run database cannot be read or written."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The sentence that offers the known name closest to ``name``, or the list of known ones."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(names)}" if names else "none is installed"
