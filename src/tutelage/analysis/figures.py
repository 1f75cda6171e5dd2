"""Numbers in brief: a summary of many values, and how they spread over bins.

Plain Python, so that every measure works without numpy; sums are exact (``math.fsum``), so that the order of
the values changes nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from tutelage.errors import BadInput

BINS = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """What ``n`` values look like, in their own unit; all but ``n`` are ``None`` where there is no value.

    ``std`` is that of the values themselves (divided by ``n``); ``p5`` and ``p95`` are percentiles.
    """

    n: int
    mean: float | None = None
    std: float | None = None
    min: float | None = None
    p5: float | None = None
    median: float | None = None
    p95: float | None = None
    max: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Histogram:
    """``counts[i]`` values lie in ``edges[i] <= value < edges[i + 1]``; the last bin has its right edge too.

    ``below`` and ``above`` count the values outside the edges, where those were given.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int = 0
    above: int = 0

    @property
    def n(self) -> int:
        """How many values were counted, those outside the edges included."""
        return sum(self.counts) + self.below + self.above

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "edges": list(self.edges),
            "counts": list(self.counts),
            "below": self.below,
            "above": self.above,
        }


def summary(values: Iterable[float]) -> Summary:
    """The summary of finite ``values``, in any order; none at all give ``Summary(0)``."""
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return Summary(0)
    mean = math.fsum(ordered) / n
    std = math.sqrt(math.fsum((value - mean) ** 2 for value in ordered) / n)
    p5, median, p95 = (quantile(ordered, share) for share in (0.05, 0.5, 0.95))
    return Summary(n, mean, std, ordered[0], p5, median, p95, ordered[-1])


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the sorted, non-empty ``ordered`` lies, interpolated
    linearly between neighbours (Hyndman and Fan 1996, type 7; numpy's default)."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def histogram(values: Iterable[float], bins: int | Sequence[float] = BINS) -> Histogram:
    """How finite ``values`` spread over ``bins``: a number of equally wide ones from least to greatest
    value, or their rising edges. No value and a number of bins give a histogram without bins.

    Raises:
        BadInput: fewer than one bin, or edges that do not rise.
    """
    counted = list(values)
    edges = _edges(counted, bins) if isinstance(bins, int) else tuple(float(edge) for edge in bins)
    if not edges:
        return Histogram((), ())
    if len(edges) < 2 or any(left >= right for left, right in pairwise(edges)):
        raise BadInput(
            "a histogram cannot have these bins", where=f"bins={bins!r}", remedy="give rising edges"
        )
    counts = [0] * (len(edges) - 1)
    below = above = 0
    for value in counted:
        if value < edges[0]:
            below += 1
        elif value > edges[-1]:
            above += 1
        else:
            counts[min(bisect_right(edges, value) - 1, len(counts) - 1)] += 1
    return Histogram(edges, tuple(counts), below, above)


def _edges(values: Sequence[float], bins: int) -> tuple[float, ...]:
    """Edges of ``bins`` equal bins over the span of ``values``; one bin of width 1 where that is a point."""
    if bins < 1:
        raise BadInput(f"a histogram cannot have {bins} bins", where="bins", remedy="give 1 or more")
    if not values:
        return ()
    low, high = float(min(values)), float(max(values))
    if low == high:
        return (low, max(low + 1.0, math.nextafter(low, math.inf)))
    inner = (low + (high - low) * step / bins for step in range(1, bins))
    return tuple(sorted({low, *inner, high}))  # a span of few floats has room for fewer bins
