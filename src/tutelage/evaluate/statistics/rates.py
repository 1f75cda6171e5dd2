"""Win rate, its error, and what a set of questions can show.

    rate       100 · mean(y)                      y in [0, 1]: the preference for the model, ties 0.5
    error      100 · s / √n                       s the sample SD
    discrete   100 · (wins + draws/2) / n         a win is y > 0.5, a draw y = 0.5

The interval is Wilson's with the effective number of votes (``interval.wilson``), which holds its level at 2
% as at 50 %; the normal one is there to compare with published tables.

The smallest difference that is found with probability ``power`` by a two-sided test at ``alpha`` is

    δ = (z_{1-α/2} + z_power) · s / √n            Cohen (1988)

where s is the SD of the per-question preferences (one model against a fixed value), or of the per-question
differences of two models: √2 · √(1-r) times as much, with r the correlation of the two. A sample of figures
that are all alike has s = 0, and does not find every difference: s / √n is taken as 100/n points at least,
the error behind the widest number of votes that Wilson's interval grants at 50 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.interval import Interval, wilson
from tutelage.evaluate.statistics.joined import Figures, Preferences, figures

ALPHA = 0.05
POWER = 0.8
CORRELATION = 0.38
"""Mean correlation of two models' preferences over the published AlpacaEval annotations."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A win rate in percent. ``missing`` questions had no preference and are in no other figure.

    ``detectable`` is the smallest distance from 50 that these questions would find; ``None`` where they are
    too few to find any. ``standard_error`` of one question is 0 here, which means that it is not known.
    """

    win_rate: float
    standard_error: float
    interval: Interval
    discrete: float
    wins: int
    losses: int
    draws: int
    n: int
    missing: int
    detectable: float | None


def standard_error(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Sample SD / √n; 0 for a single value."""
    return float(values.std(ddof=1) / sqrt(len(values))) if len(values) > 1 else 0.0


def win_rate(preferences: Preferences, *, level: float = 0.95) -> Rate:
    """The win rate of one model.

    Raises:
        BadInput: no question has a preference, or one is outside [0, 1].
    """
    return rate_of(figures(preferences), level=level)


def rate_of(found: Figures, *, level: float = 0.95) -> Rate:
    """The same of figures that are checked already."""
    y, n = found.values, len(found)
    rate, error = 100 * float(y.mean()), 100 * standard_error(y)
    wins, losses = int((y > 0.5).sum()), int((y < 0.5).sum())
    draws = n - wins - losses
    return Rate(
        win_rate=rate,
        standard_error=error,
        interval=wilson(rate, n, level, error=error if n > 1 else None),
        discrete=100 * (wins + draws / 2) / n,
        wins=wins,
        losses=losses,
        draws=draws,
        n=n,
        missing=found.missing,
        detectable=detectable(error, n, most=50.0),
    )


def detectable(error: float, n: int, *, most: float, alpha: float = ALPHA) -> float | None:
    """δ in percent points, of ``n`` questions with the standard error ``error``, which is not taken below
    that of figures that are all alike. ``None`` where it is beyond ``most``, the largest distance there can
    be: so few questions find nothing."""
    found = smallest_detectable(max(error, 100 / n) * sqrt(n), n, alpha=alpha)
    return found if n > 1 and found <= most else None


def smallest_detectable(spread: float, n: int, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """δ for ``n`` questions whose figures have the SD ``spread``; in the unit of ``spread``.

    Raises:
        BadInput: ``n`` is not positive, or ``alpha`` or ``power`` is not a probability.
    """
    if n < 1 or not 0 < alpha < 1 or not 0 < power < 1:
        raise BadInput(
            "a smallest detectable difference needs questions, a level and a power",
            where=f"n: {n}, alpha: {alpha}, power: {power}",
        )
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) * spread / sqrt(n)


def smallest_detectable_paired(
    spread: float, n: int, *, correlation: float = CORRELATION, alpha: float = ALPHA, power: float = POWER
) -> float:
    """δ between two models judged on the same ``n`` questions, each with the SD ``spread``."""
    return smallest_detectable(spread * sqrt(2 * (1 - correlation)), n, alpha=alpha, power=power)


def questions_needed(difference: float, spread: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """How many questions find ``difference`` with probability ``power``: the inverse of the above.

    Raises:
        BadInput: ``difference`` is 0.
    """
    if difference == 0:
        raise BadInput("no number of questions finds a difference of 0")
    return max(1, int(np.ceil((smallest_detectable(spread, 1, alpha=alpha, power=power) / difference) ** 2)))
