"""Integration without a run: labelled rows in, a dataset out, refused rows beside it, no model and no folder.

What is written is what a run of the same recipe would accept, before its filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tutelage.methods.integrate import Integrate
from tutelage.methods.method import Materials, State
from tutelage.records import Example, Item, Rejection
from tutelage.rows import RowWriter, read_rows
from tutelage.runs.filtering import rejected_file_of
from tutelage.runs.pools import files_of, keep_apart

REPORT_EVERY = 10_000  # rows between two reports of progress
_LOOKED_AT = 50  # rows that a preview tries a template on

Progress = Callable[[int, int], None]  # rows read, examples written


@dataclass(frozen=True, slots=True)
class IntegrateResult:
    """What became of the rows. ``read`` counts rows, ``rejected`` is rows with a template by reason,
    ``templates`` written examples by template."""

    read: int
    written: int
    rejected: dict[str, int]
    templates: dict[str, int]
    out: Path
    rejected_file: Path

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "read": self.read,
            "written": self.written,
            "rejected": self.rejected,
            "templates": self.templates,
            "out": str(self.out),
            "rejected_file": str(self.rejected_file),
        }


def integrate_files(
    method: Integrate, out: Path, *, seed: int, on_progress: Progress | None = None
) -> IntegrateResult:
    """Write the examples of all rows to ``out``, and what is refused beside it; memory stays flat.

    Raises:
        BadInput: data or templates that cannot be used, ``out`` among the inputs, or cannot be written.
    """
    rejected_file = rejected_file_of(out)
    inputs = [*(source.path for source in method.sources), *files_of([method])]
    keep_apart(inputs, out, refused_rows=rejected_file)
    method.check()
    reasons: Counter[str] = Counter()
    templates = Counter(dict.fromkeys(method.bank.by_name, 0))
    place, read = "", 0
    with RowWriter(rejected_file) as refused, RowWriter(out) as written:
        for item in _items(method, seed):
            here = f"{item.cell['dataset']}/{item.payload['place']}"
            read, place = read + (here != place), here
            for result in method.rendered(item):
                if isinstance(result, Example):
                    written.write(result.as_dict())
                    templates[item.cell["template"]] += 1
                else:
                    reasons[result.reason] += 1
                    refused.write(_refusal(item, result))
            if on_progress and read % REPORT_EVERY == 0:
                on_progress(read, written.count)
    return IntegrateResult(
        read, written.count, dict(reasons.most_common()), dict(templates), out, rejected_file
    )


def _items(method: Integrate, seed: int) -> Iterator[Item]:
    return method.plan(0, State(seed, 0, Materials()))


def _refusal(item: Item, rejection: Rejection) -> dict[str, Any]:
    return {
        "reason": rejection.reason,
        "detail": rejection.detail,
        "place": item.payload["place"],
        "template": item.cell["template"],
        "row": item.payload["row"],
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """A template with the first row that it can ask about, or why there is none."""

    template: str
    example: Example | None
    refusals: dict[str, int]


@dataclass(frozen=True, slots=True)
class IntegratePreview:
    """What a person should see before integrating: each template once, columns that no template uses, and
    fields that no row fills."""

    shown: Sequence[Shown]
    unused_columns: Sequence[str]
    never_filled: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "templates": [
                {
                    "template": each.template,
                    "prompt": each.example.instruction if each.example else None,
                    "target": each.example.output if each.example else None,
                    "rejected": each.refusals,
                }
                for each in self.shown
            ],
            "unused_columns": list(self.unused_columns),
            "never_filled": list(self.never_filled),
        }


def preview_templates(method: Integrate, *, seed: int) -> IntegratePreview:
    """Every template on the first rows until one suits it; nothing is written.

    Raises:
        BadInput: data or templates that cannot be used.
    """
    method.check()
    everything = method.model_copy(
        update={"cap": None} | ({"templates": "all"} if isinstance(method.templates, int) else {})
    )
    names = list(method.bank.by_name)
    examples: dict[str, Example] = {}
    refusals: dict[str, Counter[str]] = {name: Counter() for name in names}
    for item in islice(_items(everything, seed), _LOOKED_AT * len(names)):
        name = item.cell["template"]
        for result in () if name in examples else method.rendered(item):
            if isinstance(result, Example):
                examples.setdefault(name, result)
            else:
                refusals[name][result.reason] += 1
    shown = [Shown(name, examples.get(name), dict(refusals[name])) for name in names]
    return IntegratePreview(shown, *_columns(method))


def _columns(method: Integrate) -> tuple[list[str], list[str]]:
    """Columns of the first rows that nothing uses, and fields of templates that none of these rows fills."""
    columns: dict[str, None] = {}
    wanted = {name for each in method.bank.templates for name in each.needs.fields}
    filled: set[str] = set()
    for source in method.sources:
        given = source.task.rows(method.shots) if source.task else read_rows(source.path)
        for row in islice(given, _LOOKED_AT):
            columns |= dict.fromkeys(row.data)
            fields = method.fields_of(row.data)
            filled |= {name for name, value in fields.items() if value not in (None, "", [])}
    used = method.columns_in_use()
    return [name for name in columns if name not in used], sorted(wanted - filled)
