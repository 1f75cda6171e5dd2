"""What the tables of a report are made of: measures down, inputs across.

What could not be measured says why in its own place; no table shows a nought for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutelage.charts import number, percent

NOT_TOLD = "not told by these rows"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is written; ``absent`` where the text is the reason why there is none."""

    text: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One measure, what it means, and its figure for each input."""

    label: str
    meaning: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


def figure(value: float | None, reason: str = NOT_TOLD, show: Callable[[float | None], str] = number) -> Cell:
    """``value`` as it is written, or the ``reason`` why there is none."""
    return Cell(reason, absent=True) if value is None else Cell(show(value))


def share(value: float | None, reason: str = NOT_TOLD) -> Cell:
    """A share in per cent, or the ``reason`` why there is none."""
    return figure(value, reason, percent)
