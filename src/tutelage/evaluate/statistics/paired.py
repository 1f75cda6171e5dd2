"""Two models on the questions that both answered.

With d_i = a_i - b_i, the difference of the two preferences for question i:

    difference   100 · mean(d) ± t(n - 1) · s_d / √n
    sign test    W of the n' questions with d ≠ 0 favour a;  p = 2 · P(Binomial(n', ½) ≤ min(W, n' - W))
    McNemar      the same, of the questions that just one of the two won            McNemar (1947), exact form

Preferences of two models for one question go together (r ≈ 0.4: some questions are hard for everybody), so
the paired error is about a quarter smaller than that of two separate rates. The length-controlled difference
is resampled: both models are refitted to the same drawn questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from tutelage.evaluate.statistics.bootstrap import REPLICATES, resample
from tutelage.evaluate.statistics.design import Design
from tutelage.evaluate.statistics.interval import Interval, student
from tutelage.evaluate.statistics.joined import Preferences, matched
from tutelage.evaluate.statistics.logistic import Array
from tutelage.evaluate.statistics.rates import detectable, standard_error


@dataclass(frozen=True, slots=True)
class SignTest:
    """``for_first`` against ``for_second`` questions, ``ties`` neither; the exact two-sided ``p``."""

    for_first: int
    for_second: int
    ties: int
    p: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The first model's rate less the second's, in percent points, on ``n`` common questions.

    ``only_first`` and ``only_second`` questions were judged for one model alone. ``detectable`` is the
    smallest difference that these questions would have found with a power of 80 %. The length-controlled one
    has no sign test.
    """

    difference: float
    standard_error: float
    interval: Interval
    n: int
    only_first: int
    only_second: int
    correlation: float
    detectable: float | None
    signs: SignTest | None
    mcnemar: SignTest | None

    @property
    def differs(self) -> bool:
        """Whether the interval excludes no difference."""
        return not self.interval.holds(0.0)


def binomial_p(successes: int, trials: int) -> float:
    """The exact two-sided p-value of a fair coin; 1 for no trial."""
    fewer = min(successes, trials - successes)
    tail = sum(comb(trials, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / 2**trials) if trials else 1.0


def sign_test(a: Array, b: Array) -> SignTest:
    """Does one of two models do better on more questions? Sizes of the differences do not count."""
    first, second = int((a > b).sum()), int((a < b).sum())
    return SignTest(first, second, len(a) - first - second, binomial_p(first, first + second))


def mcnemar_test(a: Array, b: Array) -> SignTest:
    """The sign test of wins (a preference above one half): which model wins where the other does not?"""
    return sign_test((a > 0.5).astype(np.float64), (b > 0.5).astype(np.float64))


def paired(a: Preferences, b: Preferences, *, level: float = 0.95) -> Difference:
    """The difference of two win rates.

    Raises:
        BadInput: no question is common, or a preference is outside [0, 1].
    """
    first, second = matched(a, b)
    gaps, n = 100 * (first.values - second.values), len(first)
    estimate, error = float(gaps.mean()), standard_error(gaps)
    return Difference(
        difference=estimate,
        standard_error=error,
        interval=student(estimate, error, n, level) if n > 1 else Interval(-100.0, 100.0, level, "none"),
        n=n,
        only_first=first.missing,
        only_second=second.missing,
        correlation=_correlation(first.values, second.values),
        detectable=detectable(error, n, most=100.0),
        signs=sign_test(first.values, second.values),
        mcnemar=mcnemar_test(first.values, second.values),
    )


def paired_length_controlled(
    a: Design,
    b: Design,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
    level: float = 0.95,
    way: str = "student",
) -> Difference:
    """The difference of two length-controlled win rates, both refitted to the same resampled questions.

    Raises:
        BadInput: no question is common.
    """
    first, second = a.common(b)
    n, ones = len(first), np.ones((1, len(first)))
    starts = first.refit(ones)[0][0], second.refit(ones)[0][0]
    found = resample(
        lambda drawn: first.rates(drawn, starts[0]) - second.rates(drawn, starts[1]),
        n, replicates=replicates, seed=seed, place="length-control", level=level, way=way,
    )  # fmt: skip
    return Difference(
        difference=found.estimate,
        standard_error=found.standard_error,
        interval=found.interval if n > 1 else Interval(-100.0, 100.0, level, "none"),
        n=n,
        only_first=len(a) - n,
        only_second=len(b) - n,
        correlation=_correlation(first.preference, second.preference),
        detectable=detectable(found.standard_error, n, most=100.0),
        signs=None,
        mcnemar=None,
    )


def _correlation(a: Array, b: Array) -> float:
    """Pearson's r; 0 where one of the two is constant."""
    if len(a) < 2 or min(np.ptp(a), np.ptp(b)) < 1e-100:  # whose square is no longer above 0
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
