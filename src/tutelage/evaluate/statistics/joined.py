"""Rows joined by their question's id: doubles are refused, what is missing is counted.

Every statistic works on questions in the order of their ids, so that neither the order of a file nor that of
arrival can move a figure, in its last digit or in its random draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.logistic import Array

Preferences = Mapping[str, float | None]
"""By question id, the preference for the model in [0, 1]; ``None`` or NaN where there is none."""


def by_id(rows: Iterable[tuple[str, float | None]], what: str = "preference") -> dict[str, float | None]:
    """A mapping from pairs of id and figure.

    Raises:
        BadInput: an id comes twice.
    """
    found: dict[str, float | None] = {}
    for question, figure in rows:
        if question in found:
            raise BadInput(
                f"two rows have a {what} for the same question",
                where=f"question: '{question}'",
                remedy="keep one of them; both orders of one comparison are averaged before",
            )
        found[question] = figure
    return found


def usable(figure: float | None) -> bool:
    """Whether there is a figure at all."""
    return figure is not None and isfinite(figure)


@dataclass(frozen=True)
class Figures:
    """``values`` [n] of ``questions``, sorted by id; ``missing`` rows had no figure."""

    questions: tuple[str, ...]
    values: Array
    missing: int = 0

    def __len__(self) -> int:
        return len(self.questions)


def figures(preferences: Preferences, *, what: str = "preference") -> Figures:
    """The preferences there are, checked.

    Raises:
        BadInput: there is none, or one is outside [0, 1].
    """
    kept = sorted(question for question, figure in preferences.items() if usable(figure))
    values = np.array([preferences[question] for question in kept], dtype=np.float64)
    if not kept:
        raise BadInput(f"no question has a {what}", where=f"{len(preferences)} rows were read")
    outside = np.flatnonzero((values < 0) | (values > 1))
    if len(outside):
        question = kept[int(outside[0])]
        raise BadInput(
            f"a {what} must lie between 0 and 1",
            where=f"question '{question}': {preferences[question]!r}",
            remedy="the published scale of 1 to 2 becomes this one by subtracting 1",
        )
    return Figures(tuple(kept), values, len(preferences) - len(kept))


def matched(a: Preferences, b: Preferences) -> tuple[Figures, Figures]:
    """Both on the questions where both have a figure; ``missing`` counts what each loses by it.

    Raises:
        BadInput: no question is common.
    """
    common = {each for each in a.keys() & b.keys() if usable(a[each]) and usable(b[each])}
    if not common:
        raise BadInput(
            "the two models have no judged question in common",
            where=f"{len(a)} and {len(b)} rows",
            remedy="judge both on the same questions, with the same ids",
        )
    first, second = (figures({each: side[each] for each in common}) for side in (a, b))
    return (
        Figures(first.questions, first.values, len(a) - len(common)),
        Figures(second.questions, second.values, len(b) - len(common)),
    )
