"""What each filter of a chain removed, in order: the rows that came and went on, and a few that did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutelage.filters.filter import Decision
from tutelage.records import Verdict
from tutelage.store.reading import decided_examples, run_row

SAMPLES = 3  # rows shown for each reason
SHOWN = 100  # characters of a row's question and of its answer


@dataclass(frozen=True, slots=True)
class Sample:
    """One row that was removed, shortened: where it stands, what it asks and answers, and what was said."""

    place: str
    question: str
    answer: str
    score: float | None = None
    detail: str = ""
    witness: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Step:
    """One filter: ``entering`` rows came, those counted by reason in ``removed`` did not go on."""

    name: str
    entering: int = 0
    removed: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @property
    def leaving(self) -> int:
        """How many rows went on."""
        return self.entering - sum(self.removed.values())

    def remove(self, reason: str, sample: Sample) -> None:
        """Count one row, and show it if it is among the first of its reason."""
        self.removed[reason] = self.removed.get(reason, 0) + 1
        shown = self.samples.setdefault(reason, [])
        if len(shown) < SAMPLES:
            shown.append(sample)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "filter": self.name,
            "entering": self.entering,
            "leaving": self.leaving,
            "removed": dict(self.removed),
            "examples": {
                reason: [sample.as_dict() for sample in shown] for reason, shown in self.samples.items()
            },
        }


class Trace:
    """Follows rows through the filters called ``names``; the reading of rows comes before the first."""

    def __init__(self, names: Iterable[str]) -> None:
        self._reading = Step("row")
        self._steps = [Step(name) for name in names]

    @property
    def steps(self) -> Sequence[Step]:
        """The filters in order, after the reading of rows where that removed any."""
        return [self._reading, *self._steps] if self._reading.removed else self._steps

    def unreadable(self, place: str, reason: str, detail: str, row: Mapping[str, Any] | object) -> None:
        """A row that is no example."""
        self._reading.entering += 1
        self._reading.remove(reason, Sample(place, shortened(str(row)), "", detail=shortened(detail)))

    def follow(self, decision: Decision, place: str, witness: str = "") -> None:
        """A row that was judged; ``witness`` is the place of the row that condemned it, if one did."""
        self._reading.entering += 1
        for step in self._steps[: len(decision.verdicts)]:
            step.entering += 1
        if not decision.kept:
            last = len(decision.verdicts) - 1
            verdict = decision.verdicts[last][1]
            self._steps[last].remove(verdict.reason, _sample(decision, verdict, place, witness))

    def as_list(self) -> list[dict[str, Any]]:
        """JSON-able, in the order of the chain."""
        return [step.as_dict() for step in self.steps]

    def lines(self) -> list[str]:
        """The trace for a person."""
        told: list[str] = []
        for step in self.steps:
            told.append(f"{step.name}: {step.entering:,} in, {step.leaving:,} out")
            for reason, count in sorted(step.removed.items(), key=lambda each: (-each[1], each[0])):
                told.append(f"  {count:>9,}  {reason}")
                for sample in step.samples[reason]:
                    told += _told(sample)
        return told


def trace_of_run(run: Path) -> Trace:
    """What the filters of ``run`` removed; rows stand by their ids.

    Raises:
        BadInput: ``run`` is neither a run's folder nor its database.
    """
    trace = Trace(each["kind"] for each in run_row(run).recipe["filters"])
    for example, verdicts in decided_examples(run):
        trace.follow(Decision(example, verdicts), example.id, verdicts[-1][1].witness if verdicts else "")
    return trace


def shortened(text: str, most: int = SHOWN) -> str:
    """``text`` in one line of at most ``most`` characters."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"


def _sample(decision: Decision, verdict: Verdict, place: str, witness: str) -> Sample:
    example = decision.example
    said = (shortened(example.instruction), shortened(example.output))
    return Sample(place, *said, verdict.score, shortened(verdict.detail, 2 * SHOWN), witness)


def _told(sample: Sample) -> list[str]:
    against = f" (against {sample.witness})" if sample.witness else ""
    lines = [f"             {sample.place}: {sample.detail or 'no detail'}{against}"]
    lines.append(f"               {sample.question}")
    if sample.answer:
        lines.append(f"               → {sample.answer}")
    return lines
