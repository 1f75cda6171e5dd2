"""How evenly counts are spread, and what they say about values that were not seen.

Counts are how often each value was seen, all of them at least 1. What concerns the unseen takes the rows for
independent draws from one distribution; a plan that spreads its cells on purpose is none, and then these
figures describe the counts and estimate nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def pielou(counts: Sequence[int]) -> float | None:
    """Entropy over its greatest possible value, ``H / ln S`` (Pielou 1966): 1 where all counts are equal,
    towards 0 where one value has nearly everything. ``None`` for fewer than two values, where nothing can be
    uneven."""
    n = sum(counts)
    if len(counts) < 2:
        return None
    entropy = -math.fsum(count / n * math.log(count / n) for count in counts)
    return min(1.0, entropy / math.log(len(counts)))


def gini(counts: Sequence[int]) -> float | None:
    """The Gini coefficient: 0 where all counts are equal, ``1 - 1/S`` at most. ``None`` without counts."""
    if not counts:
        return None
    ordered = sorted(counts)
    size = len(ordered)
    weighted = sum((2 * rank - size - 1) * count for rank, count in enumerate(ordered, start=1))
    return weighted / (size * sum(ordered))


def unseen_mass(counts: Sequence[int]) -> float | None:
    """The Good–Turing estimate (Good 1953) of the chance that the next draw has a value not seen so far: the
    share of draws whose value was seen once. ``None`` without counts."""
    n = sum(counts)
    return sum(count == 1 for count in counts) / n if n else None


def richness(counts: Sequence[int]) -> float | None:
    """Chao1 (Chao 1984, bias-corrected where no value was seen twice): a *lower bound*, in expectation, for
    the number of values there are, seen or not. ``None`` without counts."""
    n = sum(counts)
    if not n:
        return None
    once, twice = (sum(count == times for count in counts) for times in (1, 2))
    unseen = once * once / (2 * twice) if twice else once * (once - 1) / 2
    return len(counts) + (n - 1) / n * unseen
