"""Does the judge look at the order?

Each judgement has the question, whether the model's answer was shown first, and the preference for the model
with the order already undone. A judge with a bias β for the first place shows, per question, y + β in one
order and y - β in the other: their mean is y. So

    average    the mean of both orders; free of position bias
    first      share of decided judgements that chose the answer shown first; 50 % without bias
    flips      share of questions, judged in both orders, where the two verdicts name different winners

Where some questions have both orders, one with a single order would bring the bias back in: it has
no preference, and is counted in ``half``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.interval import Interval, wilson
from tutelage.evaluate.statistics.joined import usable
from tutelage.evaluate.statistics.rates import standard_error

Row = tuple[str, bool, float | None]
"""Question, whether the model's answer was shown first, preference for the model in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Position:
    """What the order did, in percent; ``None`` where nothing was decided, or nothing was judged in both
    orders.

    ``preferences`` are averaged over both orders, ``None`` for a question that is left out. ``both``
    questions have both orders, ``half`` only one; ``unread`` judgements had no preference.
    """

    preferences: Mapping[str, float | None]
    first: float | None
    first_interval: Interval | None
    flips: float | None
    flips_interval: Interval | None
    both: int
    half: int
    unread: int
    judgements: int


def position(rows: Iterable[Row], *, level: float = 0.95) -> Position:
    """Average the orders and measure what they did.

    Raises:
        BadInput: a question is judged twice in the same order.
    """
    orders: dict[str, dict[bool, float | None]] = defaultdict(dict)
    for question, model_first, value in rows:
        if model_first in orders[question]:
            raise BadInput(
                "a question is judged twice in the same order",
                where=f"question: '{question}', model shown {'first' if model_first else 'second'}",
                remedy="keep one judgement of each order",
            )
        orders[question][model_first] = value if usable(value) else None
    read = {each: {o: y for o, y in found.items() if y is not None} for each, found in sorted(orders.items())}
    paired = [found for found in read.values() if len(found) == 2]
    first, first_interval = _first(read, level)
    flipped = [(found[True] - 0.5) * (found[False] - 0.5) < 0 for found in paired]
    flips = 100 * float(np.mean(flipped)) if paired else None
    return Position(
        preferences={each: _average(found, both=bool(paired)) for each, found in read.items()},
        first=first,
        first_interval=first_interval,
        flips=flips,
        flips_interval=None if flips is None else wilson(flips, len(paired), level),
        both=len(paired),
        half=sum(len(found) == 1 for found in read.values()) if paired else 0,
        unread=sum(value is None for found in orders.values() for value in found.values()),
        judgements=sum(len(found) for found in orders.values()),
    )


def _average(found: Mapping[bool, float], *, both: bool) -> float | None:
    if not found or (both and len(found) < 2):
        return None
    return sum(found.values()) / len(found)


def _first(read: Mapping[str, Mapping[bool, float]], level: float) -> tuple[float | None, Interval | None]:
    """How often the first place won; the error is over questions, whose two judgements belong together."""
    shares, judged = [], 0
    for found in read.values():
        chosen = [(value > 0.5) == model_first for model_first, value in found.items() if value != 0.5]
        if chosen:
            shares.append(sum(chosen) / len(chosen))
            judged += len(chosen)
    if not shares:
        return None, None
    share = 100 * float(np.mean(shares))
    error = 100 * standard_error(np.array(shares))
    return share, wilson(share, len(shares), level, error=error if error > 0 else None)
