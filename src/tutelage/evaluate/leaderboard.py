"""A model's place in a published table: a help to the eye, since judge and prompt mostly differ.

A table is CSV (or JSON) with a row for each model: its name in ``model``, ``name`` or a first column without
a heading, and AlpacaEval's columns ``length_controlled_winrate`` and ``win_rate``, or a ``score``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Figures
from tutelage.evaluate.canaries import PREFIX
from tutelage.evaluate.record_files import figure
from tutelage.rows import Row, read_rows

_NAMES = ("model", "name", "generator", "")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "lc_win_rate": ("length_controlled_winrate", "lc_win_rate"),
    "win_rate": ("win_rate",),
    "score": ("score",),
}
_NEAR = 2  # published rows shown above and below a model


def placed(figures: Figures, path: Path) -> Figures:
    """``figures`` with ``details["leaderboard"]``: for each model and measure its rank among the published
    rows and the rows around it.

    Raises:
        BadInput: the table cannot be read, or has no measure that the models have.
    """
    rows = list(read_rows(path))
    tables = {measure: _table(rows, columns) for measure, columns in _COLUMNS.items()}
    models = {
        model: {
            measure: _place(float(found[measure]), table)
            for measure, table in tables.items()
            if table and isinstance(found.get(measure), (int, float))
        }
        for model, found in figures.models.items()
        if not model.startswith(PREFIX)
    }
    if not any(models.values()):
        wanted = ", ".join(name for names in _COLUMNS.values() for name in names)
        raise BadInput(
            "no figure of this evaluation stands in this table",
            where=f"{path}: it has {', '.join(map(repr, rows[0].data))}",
            remedy=f"give a table with one of the columns {wanted}",
        )
    lines = [
        _line(model, measure, found)
        for model, by in models.items()
        for measure, found in list(by.items())[:1]
    ]
    lines.append(
        "a published figure belongs to its judge, prompt and questions: a place in the table means something "
        "only where these are the same"
    )
    details = {**figures.details, "leaderboard": {"file": path.name, "models": models}}
    return replace(figures, details=details, lines=(*figures.lines, *lines))


def _table(rows: Sequence[Row], columns: Sequence[str]) -> list[tuple[float, str]]:
    """Figure and name of every row that has one, best first."""
    found = []
    for row in rows:
        name = next((str(row.data[key]) for key in _NAMES if row.data.get(key)), "")
        value = next((row.data[key] for key in columns if row.data.get(key) not in (None, "")), None)
        number = figure(value, -1e9, 1e9, row.place, text=True)
        if name and number is not None:
            found.append((number, name))
    return sorted(found, key=lambda each: (-each[0], each[1]))


def _place(value: float, table: Sequence[tuple[float, str]]) -> dict[str, Any]:
    above = sum(number > value for number, _ in table)
    near = [{"model": name, "value": number} for number, name in table]
    return {
        "value": value,
        "rank": above + 1,
        "of": len(table) + 1,
        "above": near[max(0, above - _NEAR) : above],
        "below": near[above : above + _NEAR],
    }


def _line(model: str, measure: str, found: Mapping[str, Any]) -> str:
    around = [
        f"{word} {rows[at]['model']} ({rows[at]['value']:.2f})"
        for word, rows, at in (("below", found["above"], -1), ("above", found["below"], 0))
        if rows
    ]
    return (
        f"{model}: {measure} {found['value']:.2f} would be place {found['rank']} of {found['of']},"
        f" {' and '.join(around)}"
    )
