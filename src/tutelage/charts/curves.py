"""Lines over a common axis, told apart by dashes and by the key at their end as well as by colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from tutelage.charts.axes import ticks
from tutelage.charts.palette import DASHES, key_of
from tutelage.charts.svg import WIDTH, Drawing, legend, number, room

_HEIGHT = 190.0  # of the plot
_RIGHT = 26.0  # for the keys at the ends of lines

Points = Sequence[tuple[float, float]]


def lines(
    title: str,
    series: Mapping[str, Points],
    *,
    description: str = "",
    across: str = "",
    up: str = "",
    log: bool = False,
    show: Callable[[float | None], str] = number,
    places: Sequence[int] | None = None,
    width: float = WIDTH,
) -> str:
    """``series`` maps a name to its points; those that are no number break nothing and are left out.

    ``across`` and ``up`` say what the axes count, ``show`` writes the numbers of the upright one, which
    begins at 0 or at the least value if that is less. ``log``: both axes are logarithmic, and points that are
    not positive are left out too. ``places`` are those of :func:`~tutelage.charts.bars`.
    """
    drawing = Drawing(title, description, width)
    names = list(series)
    numbers = range(len(names)) if places is None else places
    several = len(names) > 1 or places is not None
    top = (legend(drawing, dict(zip(numbers, names, strict=True)), 2.0) if several else 4.0) + (
        16 if up else 4
    )
    drawn = {name: _finite(points, log) for name, points in series.items()}
    every = [point for points in drawn.values() for point in points]
    if not every:
        drawing.text(width / 2, top + 30, "nothing to show", anchor="middle", faint=True)
        return drawing.finish(top + 60)
    plot = _Plot(drawing, every, top, log, show)
    plot.grid(across, up)
    for place, name in zip(numbers, names, strict=True):
        if drawn[name]:
            points = [(plot.x_of(x), plot.y_of(y)) for x, y in drawn[name]]
            drawing.stroke(points, place, DASHES[place % len(DASHES)], told=name)
            if several:
                drawing.text(points[-1][0] + 4, points[-1][1] + 4, key_of(place), bold=True, size=11)
    return drawing.finish(top + _HEIGHT + (40 if across else 22))


class _Plot:
    """The axes: where a value lies, and the grid with its numbers."""

    def __init__(
        self,
        drawing: Drawing,
        points: Points,
        top: float,
        log: bool,
        show: Callable[[float | None], str],
    ) -> None:
        self._drawing, self._top, self._log, self._show = drawing, top, log, show
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self._across, self._up = _marks(xs, log, from_zero=False), _marks(ys, log, from_zero=not log)
        self._left = 10 + max(room(show(_value(mark, log)), 11) for mark in self._up)
        self.x_of = _Scale(xs, self._across, self._left, drawing.width - _RIGHT)
        self.y_of = _Scale(ys, self._up, top + _HEIGHT, top)

    def grid(self, across: str, up: str) -> None:
        """Draw the grid, its numbers, and what the axes count."""
        drawing, left, base = self._drawing, self._left, self._top + _HEIGHT
        if up:
            drawing.text(0, self._top - 7, up, faint=True, size=11, width=drawing.width)
        for mark in self._up:
            y = self.y_of(mark)
            drawing.rule(left, y, drawing.width - _RIGHT, y)
            said = self._show(_value(mark, self._log))
            drawing.text(left - 5, y + 4, said, anchor="end", faint=True, size=11)
        for mark in self._across:
            said = number(_value(mark, self._log))
            drawing.text(self.x_of(mark), base + 15, said, anchor="middle", faint=True, size=11)
        if across:
            middle = (left + drawing.width) / 2
            drawing.text(middle, base + 32, across, anchor="middle", faint=True, size=11)


def _finite(points: Points, log: bool) -> list[tuple[float, float]]:
    kept = [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    return [(math.log10(x), math.log10(y)) for x, y in kept if x > 0 and y > 0] if log else kept


def _marks(values: list[float], log: bool, *, from_zero: bool) -> list[float]:
    low, high = min(values), max(values)
    if log:
        return [float(power) for power in range(math.floor(low), math.ceil(high) + 1)]
    marks = ticks(min(low, 0.0) if from_zero else low, high)
    if from_zero and high - marks[-1] > 0 and len(marks) > 1:
        marks.append(2 * marks[-1] - marks[-2])
    return marks


def _value(mark: float, log: bool) -> float:
    return 10.0**mark if log else mark


class _Scale:
    """From values to pixels, over whatever the values and the marks span."""

    def __init__(self, values: list[float], marks: list[float], start: float, end: float) -> None:
        self._low, self._high = min(*values, *marks), max(*values, *marks)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        if self._high == self._low:
            return self._start
        return self._start + (self._end - self._start) * (value - self._low) / (self._high - self._low)
