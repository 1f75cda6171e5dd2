"""What the page of a comparison tells of students: how they were tuned, and what became of the loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tutelage.charts import lines, number, percent
from tutelage.evaluate.headlines import number_of
from tutelage.pages.cells import Cell, Row
from tutelage.runs.compare_inputs import StudentFacts

_RESULTS = {
    "parameters": ("parameters", "of the whole model"),
    "examples": ("rows trained on", ""),
    "held_out": ("rows held out", "never trained on"),
    "steps": ("updates", ""),
    "tokens": ("tokens", "that training read"),
    "seconds": ("seconds", "of training"),
    "loss_before": ("loss before", "nats a token, on the rows held out where there are some"),
    "loss_after": ("loss after", "of the checkpoint that was chosen"),
    "dropped": ("rows dropped", ""),
    "truncated": ("rows cut", ""),
    "copies": ("copies of held-out rows left out", ""),
}
_NONE = Cell("not told", absent=True)


def student_rows(students: Sequence[StudentFacts]) -> list[Row]:
    """A row for each fact that any student tells."""
    told = [_facts(each) for each in students]
    labels = {label: meaning for each in told for label, (meaning, _) in each.items()}
    return [
        Row(label, meaning, tuple(each[label][1] if label in each else _NONE for each in told))
        for label, meaning in labels.items()
    ]


def curve(student: StudentFacts) -> str:
    """The loss by update as a drawing; empty where no curve is on record."""
    series: dict[str, list[tuple[float, float]]] = {}
    for key, name in (("loss", "training"), ("held_out_loss", "held out")):
        points = [(number_of(each.get("step")), number_of(each.get(key))) for each in student.curve]
        known = [(step, loss) for step, loss in points if step is not None and loss is not None]
        if known:
            series[name] = known
    if not series:
        return ""
    return lines(f"Loss of {student.name}", series, across="updates", up="loss (nats a trained token)")


def _facts(student: StudentFacts) -> dict[str, tuple[str, Cell]]:
    described = student.described
    method, results = _mapping(described.get("method")), _mapping(described.get("results"))
    facts: dict[str, tuple[str, Cell]] = {}
    if isinstance(described.get("base"), str):
        # The name alone: where it lay on somebody's machine concerns nobody else.
        facts["base"] = ("what was tuned", Cell(described["base"].rstrip("/").rsplit("/", 1)[-1]))
    if isinstance(method.get("kind"), str):
        settings = [
            f"{key} {value}" for key, value in method.items() if key != "kind" and value not in ([], "")
        ]
        told = f" ({', '.join(settings)})" if settings else ""
        facts["method"] = ("", Cell(method["kind"] + told))
    trainable, whole = number_of(results.get("trainable")), number_of(results.get("parameters"))
    if trainable is not None:
        of = f" ({percent(trainable / whole)})" if whole else ""
        facts["trainable parameters"] = ("", Cell(number(trainable) + of))
    for key, (label, meaning) in _RESULTS.items():
        value = number_of(results.get(key))
        if value is not None:
            facts[label] = (meaning, Cell(number(value)))
    if student.left_out:
        said = ", ".join(f"{reason} {count:,}" for reason, count in sorted(student.left_out.items()))
        facts["rows left out"] = ("by reason", Cell(said))
    return facts


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
