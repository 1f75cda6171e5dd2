"""The sunburst that papers on instruction data show (Wang et al. 2023, Self-Instruct, fig. 3): verbs in the
inner ring, the nouns they govern in the outer one, each as wide as it is frequent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tutelage.charts.svg import Drawing, number, percent

_HOLE, _MIDDLE, _RIM = 0.15, 0.56, 0.99  # radii, as shares of half the width
_WIDTH = 560.0  # wider than other figures: the labels of twenty verbs need their room
_SIZE = 10.5  # of the labels


@dataclass(frozen=True, slots=True)
class Branch:
    """One inner piece: its ``weight`` and its parts, whose weights sum to no more; what is left over stays
    blank in the outer ring."""

    name: str
    weight: float
    parts: tuple[tuple[str, float], ...] = ()


def sunburst(title: str, branches: Sequence[Branch], *, description: str = "", width: float = _WIDTH) -> str:
    """Two rings, clockwise from the top in the order given. Pieces too narrow for a label have it in their
    tooltip; pieces without weight are left out.

    Raises:
        ValueError: the parts of a branch weigh more than it does.
    """
    for branch in branches:
        if sum(weight for _, weight in branch.parts) > branch.weight * (1 + 1e-9):
            raise ValueError(f"the parts of {branch.name!r} weigh more than {branch.weight}")
    drawing = Drawing(title, description, width)
    total = sum(branch.weight for branch in branches)
    if not total > 0:
        drawing.text(width / 2, 40, "nothing to show", anchor="middle", faint=True)
        return drawing.finish(80)
    ring = _Rings(drawing, width / 2)
    turn = 0.0
    for place, branch in enumerate(branches):
        end = turn + branch.weight / total
        told = f"{branch.name}: {number(branch.weight)} ({percent(branch.weight / total)})"
        ring.piece((turn, end), (_HOLE, _MIDDLE), branch.name, place, told, faded=False)
        start = turn
        for name, weight in branch.parts:
            stop = start + weight / total
            told = f"{branch.name} {name}: {number(weight)} ({percent(weight / total)})"
            ring.piece((start, stop), (_MIDDLE, _RIM), name, place, told, faded=True)
            start = stop
        turn = end
    return drawing.finish(width)


class _Rings:
    """Pieces of rings about the middle of a square drawing; turns are counted 0 to 1, clockwise."""

    def __init__(self, drawing: Drawing, radius: float) -> None:
        self.drawing, self.radius = drawing, radius

    def piece(
        self, turns: tuple[float, float], radii: tuple[float, float], label: str, series: int, told: str,
        *, faded: bool,
    ) -> None:  # fmt: skip
        """One piece with its label, which runs along the radius so that it reads from the left."""
        start, end = turns
        if not end > start:
            return
        inner, outer = (self.radius * share for share in radii)
        path = self._path(start, min(end, start + 0.9999), inner, outer)
        self.drawing.area(path, series, told=told, faded=faded)
        if 2 * math.pi * (end - start) * 0.8 * outer >= _SIZE:
            on = None if faded else series
            self._label((start + end) / 2, outer - 5, label, outer - inner - 9, on)

    def _label(self, turn: float, radius: float, label: str, width: float, on: int | None) -> None:
        """``label`` along the ray at ``turn``, its outer end at ``radius``."""
        x, y = self._point(turn, radius)
        flipped = turn > 0.5
        angle = 360 * turn - 90 - 180 * flipped
        lift = 0.36 * _SIZE  # half the height of small letters, so that the ray runs through their middle
        self.drawing.text(
            x - lift * math.sin(math.radians(angle)), y + lift * math.cos(math.radians(angle)), label,
            anchor="start" if flipped else "end", width=width, size=_SIZE, on=on, turned=angle,
        )  # fmt: skip

    def _point(self, turn: float, radius: float) -> tuple[float, float]:
        angle = 2 * math.pi * turn
        return self.radius + radius * math.sin(angle), self.radius - radius * math.cos(angle)

    def _path(self, start: float, end: float, inner: float, outer: float) -> str:
        large = int(end - start > 0.5)
        a, b, c, d = (
            " ".join(f"{value:.2f}" for value in self._point(turn, radius))
            for turn, radius in ((start, outer), (end, outer), (end, inner), (start, inner))
        )
        return f"M{a}A{outer:.2f} {outer:.2f} 0 {large} 1 {b}L{c}A{inner:.2f} {inner:.2f} 0 {large} 0 {d}Z"
