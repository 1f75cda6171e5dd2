"""Histograms one above the other, a panel an input, on one common scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from tutelage.charts.axes import ticks
from tutelage.charts.svg import WIDTH, Drawing, number, percent, room

_HEIGHT = 84.0  # of a panel's bars
_HEAD = 34.0  # above them, for the names of the panel and its marks
_LEFT, _RIGHT = 6.0, 14.0


class Bins(Protocol):
    """``counts[i]`` values lie between ``edges[i]`` and ``edges[i + 1]``; the edges rise."""

    @property
    def edges(self) -> Sequence[float]:
        """One more than there are counts; none where nothing was counted."""

    @property
    def counts(self) -> Sequence[int]:
        """How many values lie in each bin."""


def histogram(
    title: str,
    inputs: Mapping[str, Bins],
    *,
    description: str = "",
    unit: str = "",
    show: Callable[[float | None], str] = number,
    marks: Mapping[str, Mapping[str, float | None]] | None = None,
    width: float = WIDTH,
) -> str:
    """``inputs`` maps a name to what was counted. Areas are shares of a panel's own total, so that inputs of
    different sizes compare; the tallest bar of all fills its panel, and every panel tells its own.

    ``unit`` names what the axis counts, ``show`` writes its numbers, ``marks`` draws named values (a mean)
    as upright lines in the panels of their inputs.
    """
    drawing = Drawing(title, description, width)
    spans = [(bins.edges[0], bins.edges[-1]) for bins in inputs.values() if bins.counts]
    if not spans:
        drawing.text(width / 2, 40, "nothing to show", anchor="middle", faint=True)
        return drawing.finish(80)
    low, high = min(start for start, _ in spans), max(end for _, end in spans)
    tallest = max(height for bins in inputs.values() for height in [*_heights(bins), 0.0])
    panels = _Panels(drawing, low, high, tallest, show)
    for place, (name, bins) in enumerate(inputs.items()):
        panels.panel(place, name, bins, (marks or {}).get(name, {}))
    return drawing.finish(panels.axis(unit))


class _Panels:
    """Panels from the top down, on one axis from ``low`` to ``high``."""

    def __init__(
        self, drawing: Drawing, low: float, high: float, tallest: float, show: Callable[[float | None], str]
    ) -> None:
        self._drawing, self._show = drawing, show
        self._low, self._high, self._tallest = low, high, tallest
        self._end = drawing.width - _RIGHT
        self._top = 2.0

    def panel(self, place: int, name: str, bins: Bins, marks: Mapping[str, float | None]) -> None:
        """The panel of series ``place``; one line where nothing was counted."""
        drawing, top, total = self._drawing, self._top, sum(bins.counts)
        drawing.text(_LEFT, top + 11, name, bold=True, width=0.5 * drawing.width)
        fullest = percent(max(bins.counts) / total) if total else ""
        said = f"n = {number(total)}, fullest bin {fullest}" if total else "no values"
        drawing.text(self._end, top + 11, said, anchor="end", faint=True, size=11)
        base = top + (_HEAD + _HEIGHT if total else 24)
        for edges, count, height in zip(pairwise(bins.edges), bins.counts, _heights(bins), strict=False):
            if count:
                x, high = self._x(edges[0]), max(_HEIGHT * height / self._tallest, 0.75)
                told = f"{self._show(edges[0])} to {self._show(edges[1])}: {number(count)}"
                drawing.rect(x, base - high, self._x(edges[1]) - x, high, place, told=told)
        if total:
            drawing.rule(_LEFT, base, self._end, base, strong=True)
        for mark, value in marks.items():
            if total and value is not None and self._low <= value <= self._high:
                self._mark(mark, value, base)
        self._top = base + 8

    def axis(self, unit: str) -> float:
        """The numbers below the panels, and what they count; returns where they end."""
        drawing, top = self._drawing, self._top
        for tick in ticks(self._low, self._high):
            x, said = self._x(tick), self._show(tick)
            half = room(said, 11) / 2
            drawing.rule(x, top - 8, x, top - 4, strong=True)
            drawing.text(
                min(max(x, half), drawing.width - half), top + 8, said, anchor="middle", faint=True, size=11
            )
        if unit:
            drawing.text(drawing.width / 2, top + 24, unit, anchor="middle", faint=True, size=11)
        return top + (30 if unit else 14)

    def _mark(self, name: str, value: float, base: float) -> None:
        x = self._x(value)
        near_end = x > 0.7 * self._drawing.width
        self._drawing.rule(x, base - _HEIGHT - 12, x, base, strong=True)
        said, aside = f"{name} {self._show(value)}", -4 if near_end else 4
        self._drawing.text(
            x + aside, base - _HEIGHT - 4, said, size=11, anchor="end" if near_end else "start"
        )

    def _x(self, value: float) -> float:
        span = self._high - self._low
        return _LEFT + ((self._end - _LEFT) * ((value - self._low) / span) if span > 0 else 0.0)


def _heights(bins: Bins) -> list[float]:
    """Shares per unit of width, so that an area is a share whatever the widths of the bins."""
    total = sum(bins.counts)
    if not total:
        return []
    widths = (end - start for start, end in pairwise(bins.edges))
    return [
        count / total / width if width > 0 and math.isfinite(width) else 0.0
        for count, width in zip(bins.counts, widths, strict=True)
    ]
