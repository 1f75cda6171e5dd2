"""A judge against people, and a win rate corrected by them.

A verdict is a win (y > 0.5), a tie or a loss. Of n questions with both verdicts:

    accuracy   p_o, the share of equal verdicts
    kappa      (p_o - p_e) / (1 - p_e), p_e what equal habits alone would reach          Cohen (1960)
               its error after Fleiss, Cohen and Everitt (1969)

A judge with sensitivity Se and specificity Sp shows a rate q = p·Se + (1-p)(1-Sp) where the true rate is p:

    Rogan-Gladen         p = (q + Sp - 1) / (Se + Sp - 1)          Rogan and Gladen (1978)
    prediction-powered   p = λ·mean(judge, others) + mean(human - λ·judge, labelled)
                                                             Angelopoulos, Duchi and Zrnic (2023)

The first trusts that Se and Sp are the same everywhere, and needs a judge better than chance; the second is
right whatever the judge is like, and λ makes it never much worse than the labels alone. Rates in percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.interval import Interval, normal, student, wilson
from tutelage.evaluate.statistics.joined import Preferences, figures, matched
from tutelage.evaluate.statistics.logistic import Array


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two sets of verdicts agree, ``accuracy`` in percent.

    ``sensitivity`` and ``specificity`` are in percent, of the questions where neither says tie; ``None``
    where people never chose a win (a loss).
    """

    n: int
    accuracy: float
    accuracy_interval: Interval
    kappa: float
    kappa_interval: Interval
    sensitivity: float | None
    specificity: float | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A win rate in percent, corrected by ``labelled`` questions with human verdicts of ``n`` judged ones."""

    win_rate: float
    standard_error: float
    interval: Interval
    uncorrected: float
    labelled: int
    n: int
    way: str
    weight: float = 1.0


def verdicts(values: Array) -> Array:
    """1 for a win, 0 for a tie, -1 for a loss."""
    return np.asarray(np.sign(values - 0.5))


def agreement(judge: Preferences, human: Preferences, *, level: float = 0.95) -> Agreement:
    """Accuracy and kappa of a judge on the questions that people judged too.

    Raises:
        BadInput: no question is common.
    """
    first, second = matched(judge, human)
    said, true = verdicts(first.values), verdicts(second.values)
    accuracy = 100 * float((said == true).mean())
    kappa, error = cohens_kappa(said, true)
    decided = (said != 0) & (true != 0)
    return Agreement(
        n=len(first),
        accuracy=accuracy,
        accuracy_interval=wilson(accuracy, len(first), level),
        kappa=kappa,
        kappa_interval=normal(kappa, error, level).within(-1, 1),
        sensitivity=_share(said[decided & (true > 0)] > 0),
        specificity=_share(said[decided & (true < 0)] < 0),
    )


def _share(right: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float | None:
    return 100 * float(right.mean()) if len(right) else None


def cohens_kappa(a: Array, b: Array) -> tuple[float, float]:
    """Kappa of two equally long lists of categories, with its standard error.

    Where both use a single category for everything, chance reaches all: kappa is 0 and the error 0.
    """
    kinds = np.unique(np.concatenate([a, b]))
    table = np.array([[((a == x) & (b == y)).mean() for y in kinds] for x in kinds])
    row, column = table.sum(axis=1), table.sum(axis=0)
    seen, chance = float(np.trace(table)), float(row @ column)
    if chance >= 1:
        return 0.0, 0.0
    kappa = (seen - chance) / (1 - chance)
    on = (np.diag(table) * (1 - (row + column) * (1 - kappa)) ** 2).sum()
    off = (table * (column[:, None] + row[None, :]) ** 2).sum() - (np.diag(table) * (row + column) ** 2).sum()
    variance = on + (1 - kappa) ** 2 * off - (kappa - chance * (1 - kappa)) ** 2
    return kappa, sqrt(max(float(variance), 0.0) / len(a)) / (1 - chance)


def rogan_gladen(judge: Preferences, human: Preferences, *, level: float = 0.95) -> Corrected:
    """The judge's rate of wins (ties are left out), corrected by its sensitivity and specificity.

    The error is by the delta method, question by question, since the labelled ones are among the judged ones:

        [ (j - q)/N - p·1[h=1](j - Se)/n₁ + (1-p)·1[h=0](1 - j - Sp)/n₀ ] / (Se + Sp - 1)

    A judge without an observed error is not taken for perfect: its share gets Agresti and Coull's (1998)
    variance.

    Raises:
        BadInput: people never chose one of the two sides, or the judge is no better than chance.
    """
    said, true = (verdicts(each.values) for each in matched(judge, human))
    decided = (said != 0) & (true != 0)
    wins, losses = int((decided & (true > 0)).sum()), int((decided & (true < 0)).sum())
    if not wins or not losses:
        raise BadInput(
            "a judge's sensitivity and specificity need human wins and human losses",
            where=f"{wins} wins and {losses} losses among {len(true)} labelled questions",
            remedy="label more questions, or use the prediction-powered correction",
        )
    found = verdicts(figures(judge).values)
    found = found[found != 0]
    shown = float((found > 0).mean())
    se, sp = float((said[decided & (true > 0)] > 0).mean()), float((said[decided & (true < 0)] < 0).mean())
    power = se + sp - 1
    if power <= 0:
        raise BadInput(
            "the judge is no better than chance, so its rate cannot be corrected",
            where=f"sensitivity {100 * se:.1f} %, specificity {100 * sp:.1f} %",
            remedy="use another judge, or human labels alone",
        )
    rate = min(max((shown + sp - 1) / power, 0.0), 1.0)
    voted = (said > 0).astype(np.float64)
    error_rates = np.where(true > 0, -rate * (voted - se) / wins, (1 - rate) * (1 - voted - sp) / losses)
    labelled = (voted - shown) / len(found) + error_rates
    variance = float((labelled[decided] ** 2).sum())
    variance += shown * (1 - shown) * (len(found) - wins - losses) / len(found) ** 2
    variance += rate**2 * _unseen(se, wins) + (1 - rate) ** 2 * _unseen(sp, losses)
    error = sqrt(variance) / power
    return Corrected(
        win_rate=100 * rate,
        standard_error=100 * error,
        interval=normal(100 * rate, 100 * error, level).within(0, 100),
        uncorrected=100 * shown,
        labelled=wins + losses,
        n=len(found),
        way="rogan-gladen",
    )


def _unseen(share: float, n: int) -> float:
    """Variance of a share of 0 or 1, whose sample shows none: with two successes and two failures added."""
    if 0 < share < 1:
        return 0.0
    smoothed = (share * n + 2) / (n + 4)
    return smoothed * (1 - smoothed) / (n + 4)


def prediction_powered(judge: Preferences, human: Preferences, *, level: float = 0.95) -> Corrected:
    """The human win rate over all judged questions, from labels on some and the judge on all.

    λ = cov(human, judge) / ((1 + n/N) var(judge)), within [0, 1], with n labelled and N other questions,
    minimises the variance λ²·var(judge)/N + var(human - λ·judge)/n.

    Raises:
        BadInput: fewer than two questions are labelled.
    """
    first, second = matched(judge, human)
    f, h, n = first.values, second.values, len(first)
    if n < 2:
        raise BadInput("a correction needs at least two labelled questions", where=f"labelled: {n}")
    everything = figures(judge)
    labelled = set(first.questions)
    rest = np.array(
        [
            value
            for each, value in zip(everything.questions, everything.values, strict=True)
            if each not in labelled
        ]
    )
    m, weight = len(rest), 0.0
    if m and np.ptp(f) > 0:
        best = float(np.cov(h, f, ddof=1)[0, 1]) / (
            (1 + n / m) * float(np.concatenate([f, rest]).var(ddof=1))
        )
        weight = min(max(best, 0.0), 1.0)
    rectified = h - weight * f
    rate = float(rectified.mean()) + (weight * float(rest.mean()) if m else 0.0)
    spread = weight**2 * float(rest.var(ddof=1)) / m if m > 1 else 0.0
    error = sqrt(spread + float(rectified.var(ddof=1)) / n)
    return Corrected(
        win_rate=100 * min(max(rate, 0.0), 1.0),
        standard_error=100 * error,
        interval=student(100 * rate, 100 * error, n, level).within(0, 100),
        uncorrected=100 * float(everything.values.mean()),
        labelled=n,
        n=len(everything),
        way="prediction-powered",
        weight=weight,
    )
