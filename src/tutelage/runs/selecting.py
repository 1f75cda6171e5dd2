"""Selection from dataset files: a pool in, the chosen rows out, and beside them what became of every row.

The files are read twice: once for the selector, and once to write the rows as they were read, in their order
and with all their fields. In between only what the selector looks at lies in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.rows import RowWriter
from tutelage.runs.pools import UNREADABLE, Pooled, keep_apart, pooled
from tutelage.select.selector import Choice, Selection, Selector


@dataclass(frozen=True, slots=True)
class SelectResult:
    """What became of the rows; ``left_out`` counts them by reason (``beyond_budget``, ``row:unreadable``)."""

    read: int
    selected: int
    left_out: dict[str, int]
    out: Path
    selection_file: Path

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields; ``left_out`` maps reason to count."""
        return {
            "read": self.read,
            "selected": self.selected,
            "left_out": self.left_out,
            "out": str(self.out),
            "selection_file": str(self.selection_file),
        }


def selection_file_of(out: Path) -> Path:
    """Where the reasons go: ``data.json`` → ``data.selection.jsonl``."""
    return out.with_name(f"{out.stem}.selection.jsonl")


def select_files(
    paths: Sequence[Path],
    selector: Selector,
    budget: int,
    out: Path,
    *,
    seed: int = 0,
    strict: bool = False,
) -> SelectResult:
    """Write at most ``budget`` rows of ``paths`` to ``out``, and the reason of every row beside it.

    Raises:
        BadInput: a budget below 1, a file that cannot be read or written, ``out`` among the inputs, no row
            that is an example (with ``strict``: any that is none), or settings that do not fit the rows.
    """
    if budget < 1:
        raise BadInput(f"the budget must be 1 or more, but it is {budget}", where=f"--budget {budget}")
    selection_file = selection_file_of(out)
    keep_apart(paths, out, reasons=selection_file)
    selection = selector.select(_pool(paths, selector, strict), budget, seed)
    # The inner file is put in place first: where Parquet cannot hold a value, neither appears.
    with RowWriter(selection_file) as reasons, RowWriter(out) as chosen:
        work = _Writing(selection, chosen, reasons)
        for each in pooled(paths):
            work.take(each)
    counts = Counter(selection.counts)
    counts[UNREADABLE] = work.unreadable
    return SelectResult(work.read, chosen.count, dict((+counts).most_common()), out, selection_file)


def _pool(paths: Sequence[Path], selector: Selector, strict: bool) -> list[Example]:
    """The examples, each with no more than the selector looks at."""
    found = []
    for row, example, _ in pooled(paths, strict=strict):
        if example is None:
            continue
        columns = {name: _column(row.data, example.lineage, name) for name in selector.columns}
        if selector.reads_text:
            found.append(replace(example, lineage=columns))
        else:
            found.append(Example(example.id, (), "", cell=example.cell, lineage=columns))
    return found


def _column(data: Mapping[str, Any], lineage: Mapping[str, Any], name: str) -> Any:
    """A column of the row, or a field of its lineage; ``scores.quality`` looks inside an object."""
    for place in (data, lineage):
        for path in ([name], name.split(".")):
            value: Any = place
            for part in path:
                value = value.get(part) if isinstance(value, Mapping) else None
            if value is not None:
                return value
    return None


class _Writing:
    """The second pass: every row to where it belongs."""

    def __init__(self, selection: Selection, chosen: RowWriter, reasons: RowWriter) -> None:
        self._order = {each.id: number for number, each in enumerate(selection.chosen, start=1)}
        self._choices = {each.id: each for each in (*selection.chosen, *selection.left_out)}
        self._chosen, self._reasons = chosen, reasons
        self.read = 0
        self.unreadable = 0

    def take(self, pooled: Pooled) -> None:
        """Write one row, where it was chosen, and its reason."""
        self.read += 1
        row, example, error = pooled
        if example is None:
            self.unreadable += 1
            told = f"{error.what} ({error.remedy})" if error else ""
            self._reasons.write({"place": row.place, "reason": UNREADABLE, "detail": told})
            return
        choice = self._choices[example.id]
        order = self._order.get(example.id)
        if order is not None:
            self._chosen.write(row.data)
        self._reasons.write({"place": row.place, "order": order, **_plain(choice)})


def _plain(choice: Choice) -> dict[str, Any]:
    return {
        "id": choice.id,
        "reason": choice.reason,
        "score": choice.score,
        "witness": choice.witness,
    }
