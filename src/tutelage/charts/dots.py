"""Dots with intervals: one line a label, the estimate as a dot, its interval as a line through it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tutelage.charts.axes import ticks
from tutelage.charts.svg import WIDTH, Drawing, known, number, room

_LABEL = 0.4  # of the width, for labels at most
_LINE, _RADIUS = 24.0, 4.5


class Dot(NamedTuple):
    """An estimate and its interval; without ``low`` and ``high`` the dot stands alone. ``series`` is its
    colour."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    series: int = 0


def dots(
    title: str,
    rows: Sequence[Dot],
    *,
    description: str = "",
    unit: str = "",
    mark: float | None = None,
    show: Callable[[float | None], str] = number,
    width: float = WIDTH,
) -> str:
    """``rows`` from the top; ``mark`` is a value that they are held against, such as no difference, and
    ``unit`` what the axis counts. A value that is no number has a dash in place of its dot."""
    drawing = Drawing(title, description, width)
    every = known([one for each in rows for one in (each.value, each.low, each.high)] + [mark])
    if not every:
        drawing.text(width / 2, 30, "nothing to show", anchor="middle", faint=True)
        return drawing.finish(60)
    left = min(_LABEL * width, 8 + max(room(each.label) for each in rows)) if rows else 0.0
    said = max((room(show(each.value), 11) for each in rows), default=0.0) + 8
    scale = _Scale(min(every), max(every), left + 6, width - said - 6)
    base = 4 + _LINE * len(rows)
    for tick in ticks(scale.low, scale.high):
        drawing.rule(scale(tick), 4, scale(tick), base)
        drawing.text(scale(tick), base + 14, show(tick), anchor="middle", faint=True, size=11)
    if mark is not None and math.isfinite(mark):
        drawing.rule(scale(mark), 4, scale(mark), base, strong=True)
    for place, each in enumerate(rows):
        _row(drawing, each, 4 + _LINE * (place + 0.5), scale, left, show)
    if unit:
        drawing.text((left + width) / 2, base + 30, unit, anchor="middle", faint=True, size=11)
    return drawing.finish(base + (38 if unit else 20))


class _Scale:
    """From values to pixels."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        room_beside = 0.04 * (high - low) or max(abs(high), 1.0) * 0.1
        self.low, self.high = low - room_beside, high + room_beside
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        return self._start + (self._end - self._start) * (value - self.low) / (self.high - self.low)


def _row(
    drawing: Drawing, each: Dot, y: float, scale: _Scale, left: float, show: Callable[[float | None], str]
) -> None:
    drawing.text(left - 4, y + 4, each.label, anchor="end", width=left - 4)
    drawing.text(drawing.width, y + 4, show(each.value), anchor="end", size=11)
    ends = known([each.low, each.high])
    told = f"{each.label}: {show(each.value)}"
    if len(ends) == 2:
        told += f" ({show(ends[0])} to {show(ends[1])})"
        drawing.stroke([(scale(ends[0]), y), (scale(ends[1]), y)], each.series, "", told=told)
    if known([each.value]) and each.value is not None:
        x, r = scale(each.value), _RADIUS
        circle = f"M{x - r:.2f} {y:.2f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"
        drawing.area(circle, each.series, told=told)
