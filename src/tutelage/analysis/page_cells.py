"""The cells and rows of the report page that read an analysis; what they are made of is
:mod:`tutelage.pages.cells`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutelage.analysis.figures import Summary
from tutelage.analysis.report import Analysis
from tutelage.charts import number
from tutelage.pages.cells import NOT_TOLD, Cell, Row


def spread(summary: Summary | None, reason: str = NOT_TOLD) -> Cell:
    """Median and the range of the middle nine tenths."""
    if summary is None or not summary.n:
        return Cell(reason, absent=True)
    return Cell(f"{number(summary.median)} ({number(summary.p5)} to {number(summary.p95)})")


def row(label: str, meaning: str, analyses: Sequence[Analysis], cell: Callable[[Analysis], Cell]) -> Row:
    """One measure over all inputs."""
    return Row(label, meaning, tuple(cell(analysis) for analysis in analyses))


def with_figures(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Those of ``rows`` that have a figure for any input."""
    return tuple(each for each in rows if not all(cell.absent for cell in each.cells))
