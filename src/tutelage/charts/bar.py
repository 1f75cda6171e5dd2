"""Horizontal bars: one group a label, in it one bar a series, each with its figure at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tutelage.charts.palette import key_of
from tutelage.charts.svg import WIDTH, Drawing, known, legend, number, room

_LABEL = 0.36  # of the width, for labels at most
_GAP = 6.0  # between groups
_THICK = 13.0  # of one bar among several


def bars(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    description: str = "",
    show: Callable[[float | None], str] = number,
    places: Sequence[int] | None = None,
    width: float = WIDTH,
) -> str:
    """``series`` maps a name to its values, one for each of ``labels``; ``None`` and values that are no
    number are told as a dash, negative ones drawn as nothing beside their figure.

    ``show`` writes a value; ``places`` numbers the series for their letters and colours, 0, 1 … unless
    given. One series without a number has no legend.

    Raises:
        ValueError: a series has more or fewer values than there are labels.
    """
    _check(labels, series)
    drawing = Drawing(title, description, width)
    names = list(series)
    numbers = range(len(names)) if places is None else places
    several = len(names) > 1 or places is not None
    top = start = legend(drawing, dict(zip(numbers, names, strict=True)), 2.0) if several else 2.0
    every = [value for values in series.values() for value in values]
    left = min(_LABEL * width, 8 + max((room(label) for label in labels), default=0.0))
    said = max((room(show(value)) for value in every), default=0.0) + several * (room("W ") + 4)
    unit = (width - left - said - 8) / max([*known(every), 0.0, 1e-300])
    thick = _THICK if several else _THICK + 3
    for row, label in enumerate(labels):
        drawing.text(left - 8, top + thick * len(names) / 2 + 3.5, label, anchor="end", width=left - 8)
        for place, name in zip(numbers, names, strict=True):
            value = series[name][row]
            length = unit * max([*known([value]), 0.0])
            drawing.rect(left, top, length, thick - 1, place, told=f"{name}, {label}: {show(value)}")
            told = f"{key_of(place)} {show(value)}" if several else show(value)
            drawing.text(left + length + 4, top + thick / 2 + 3.5, told, size=11)
            top += thick
        top += _GAP
    drawing.rule(left, start, left, max(top - _GAP, start), strong=True)
    return drawing.finish(max(top, 20.0))


def _check(labels: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> None:
    for name, values in series.items():
        if len(values) != len(labels):
            raise ValueError(f"{name!r} has {len(values)} values for {len(labels)} labels")
