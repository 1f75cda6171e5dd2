"""The loss curve: one point an update and one a measurement, as lines of JSON and as a picture."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage.charts.curves import lines
from tutelage.errors import StoreFailed
from tutelage.tune.outfolder import write_text

FILE = "curve.jsonl"
PICTURE = "curve.svg"
_SMOOTH_FROM = 30  # updates from which on single losses hide their own course
_MOST = 400  # points of a line in the picture

Point = Mapping[str, Any]


class Curve:
    """Points in order of steps.

    A point has ``step``, ``epoch``, and either ``loss`` (of the update, nats a trained token),
    ``learning_rate`` and ``tokens``, or ``held_out_loss``. Each is appended to the file at once, so that
    training can be watched; :meth:`write` then puts the whole file in order.
    """

    def __init__(self, folder: Path, points: Iterable[Point] = ()) -> None:
        self.points: list[Point] = list(points)
        self._folder = folder

    def add(self, point: Point) -> None:
        """Keep ``point`` and append it to the file.

        Raises:
            StoreFailed: the disk is full.
        """
        self.points.append(point)
        try:
            with (self._folder / FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps(point) + "\n")
        except OSError as error:
            raise StoreFailed(
                f"the loss curve cannot be written: {error.strerror or error}",
                where=str(self._folder / FILE),
                remedy="make room on the disk and give the same command again",
            ) from error

    def write(self) -> None:
        """Write the points, whole: what an interrupted process appended after its checkpoint goes.

        Raises:
            StoreFailed: the disk is full.
        """
        write_text(self._folder / FILE, "".join(json.dumps(point) + "\n" for point in self.points))

    def draw(self, title: str) -> None:
        """Write the picture; raises as :meth:`write`."""
        write_text(self._folder / PICTURE, picture(self.points, title))


def picture(points: Sequence[Point], title: str) -> str:
    """The curve as SVG: the loss of the updates, smoothed where there are many, and of the held-out rows."""
    updates = [(float(point["step"]), float(point["loss"])) for point in points if "loss" in point]
    held_out = [
        (float(point["step"]), float(point["held_out_loss"])) for point in points if "held_out_loss" in point
    ]
    series: dict[str, list[tuple[float, float]]] = {}
    if len(updates) >= _SMOOTH_FROM:
        series[f"training, mean of {_window(len(updates))} updates"] = _thinned(_smoothed(updates))
    elif updates:
        series["training"] = updates
    if held_out:
        series["held out"] = held_out
    told = f"The loss from update 1 to {int(updates[-1][0])}." if updates else "No update was made."
    return lines(title, series, description=told, across="updates", up="loss (nats a trained token)")


def _window(count: int) -> int:
    return max(3, count // 20)


def _smoothed(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Trailing means: no point knows of what came after it."""
    window = _window(len(points))
    smooth: list[tuple[float, float]] = []
    for end in range(1, len(points) + 1):
        last = [loss for _, loss in points[max(0, end - window) : end]]
        smooth.append((points[end - 1][0], sum(last) / len(last)))
    return smooth


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    step = max(1, len(points) // _MOST)
    return [*points[:-1:step], points[-1]] if points else []
