"""An interval, and the quantiles that the simple ones need.

    normal    estimate ± z · SE
    student   estimate ± t(n - 1) · SE                                  Student (1908)
    wilson    (p + z²/2m ± z √(p(1-p)/m + z²/4m²)) / (1 + z²/m)           Wilson (1927)

Wilson's interval is that of a share of m votes. A soft preference in [0, 1] carries as much as m =
p(1-p)/SE² votes would (Kish's effective sample size), which keeps the interval honest near 0 and 100 %,
where ``estimate ± z · SE`` is too short and crosses the border. However alike the preferences are, m is at
most n²/4 (and at least n): n equal figures leave out what was not seen in n draws, which the rule of three
puts at 3/n to either side (Hanley and Lippman-Hand 1983).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi, sqrt, tan
from statistics import NormalDist

from tutelage.errors import BadInput


@dataclass(frozen=True, slots=True)
class Interval:
    """All values between ``low`` and ``high``; ``way`` tells how it was made."""

    low: float
    high: float
    level: float = 0.95
    way: str = "normal"

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies within."""
        return self.low <= value <= self.high

    def within(self, low: float, high: float) -> Interval:
        """The part of it that lies between ``low`` and ``high``: a rate is never below 0."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low), self.level, self.way)

    def as_list(self) -> list[float]:
        """``[low, high]``, for JSON."""
        return [self.low, self.high]


def z_value(level: float = 0.95) -> float:
    """The two-sided normal quantile: 1.96 for 95 %.

    Raises:
        BadInput: ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise BadInput("the level of an interval must lie between 0 and 1", where=f"level: {level!r}")
    return NormalDist().inv_cdf((1 + level) / 2)


def t_value(level: float, freedom: int) -> float:
    """The two-sided quantile of Student's distribution (Abramowitz and Stegun 1964, 26.7.5).

    The expansion is within 0.1 % for three degrees of freedom and 95 %; below that the exact forms are used.
    """
    z = z_value(level)
    if freedom <= 1:
        return tan(pi * level / 2)
    if freedom == 2:
        return float(level * sqrt(2 / (1 - level * level)))
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms)))


def normal(estimate: float, error: float, level: float = 0.95) -> Interval:
    """``estimate ± z · error``."""
    reach = z_value(level) * error
    return Interval(estimate - reach, estimate + reach, level, "normal")


def student(estimate: float, error: float, n: int, level: float = 0.95) -> Interval:
    """``estimate ± t(n - 1) · error``: for a mean of ``n`` figures whose spread had to be estimated."""
    reach = t_value(level, n - 1) * error
    return Interval(estimate - reach, estimate + reach, level, "student")


def votes_of(rate: float, n: float, error: float) -> float:
    """How many votes ``n`` soft preferences are worth whose mean is ``rate`` ± ``error``, both in percent:
    n to n²/4, and n at either end of the scale, where softness cannot be seen."""
    p = rate / 100
    if not 0 < p < 1:
        return n
    most = n * n / 4
    return max(n, most if error == 0 else min(most, p * (1 - p) / (error / 100) ** 2))


def bounded(mean: float, error: float, n: int, low: float, high: float, level: float = 0.95) -> Interval:
    """The interval of a mean of ``n`` figures from ``low`` to ``high``: Student's, kept on the scale, and not
    narrower than Wilson's of the same share of it, which n equal figures still have."""
    unit = (high - low) / 100
    plain = student(mean, error, n, level) if n > 1 else Interval(low, high, level)
    held = wilson(min(max((mean - low) / unit, 0.0), 100.0), n, level, error=error / unit)
    hull = Interval(min(plain.low, low + unit * held.low), max(plain.high, low + unit * held.high), level)
    return replace(hull.within(low, high), way="student")


def wilson(rate: float, n: float, level: float = 0.95, *, error: float | None = None) -> Interval:
    """Wilson's interval, in percent, for a ``rate`` in percent of ``n`` votes.

    With ``error``, the standard error in percent points of a mean of soft preferences, the number of votes
    is the effective one, see :func:`votes_of`.
    """
    p, z = rate / 100, z_value(level)
    votes = n if error is None else votes_of(rate, n, error)
    centre = (p + z * z / (2 * votes)) / (1 + z * z / votes)
    reach = z * sqrt(p * (1 - p) / votes + z * z / (4 * votes * votes)) / (1 + z * z / votes)
    return Interval(100 * (centre - reach), 100 * (centre + reach), level, "wilson").within(0, 100)
