"""What benches have in common whose answers are graded by rule: no judge, and every figure is a share."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Bench, Evidence, Judgement, Measure
from tutelage.text import counted

RULE = "rule"  # the judge's name in the record


@dataclass(frozen=True)
class Graded:
    """The verdicts on one model by question id, and what is not as it should be."""

    verdicts: Mapping[str, Judgement]
    missing: int
    lines: tuple[str, ...]


class Ruled(Bench, ABC):
    """Settings that all of these benches have."""

    measure: ClassVar[str] = "accuracy in percent"

    questions_file: Path | None = Field(default=None, description="the file of questions")

    def file(self) -> Path:
        """The questions file.

        Raises:
            BadInput: none is named.
        """
        if self.questions_file is None:
            raise BadInput(
                f"the bench '{self.kind}' has no questions file",
                where=f"{self.kind}.questions_file",
                remedy="name one with --questions FILE",
            )
        return self.questions_file

    def measured(self, evidence: Evidence) -> Sequence[Measure]:
        """The share of right answers in percent; an answer without a verdict is as wrong as in the figures.

        Raises:
            BadInput: as :meth:`figures`.
        """
        values = {
            model: {question: self.credit(each) for question, each in found.verdicts.items()}
            for model, found in self.graded(evidence).items()
        }
        return [Measure(self.measure, values)]

    def credit(self, verdict: Judgement) -> float | None:
        """100 for a right answer, else 0; ``None`` where the record does not tell."""
        return 100.0 * bool(verdict.value)

    def graded(self, evidence: Evidence) -> dict[str, Graded]:
        """Verdicts by model. A question of the bench without a verdict is missing, never wrong.

        Raises:
            BadInput: there is no verdict at all.
        """
        by_model: dict[str, dict[str, Judgement]] = {}
        twice: dict[str, set[str]] = {}
        differ: dict[str, set[str]] = {}
        for each in evidence.judgements:
            verdicts = by_model.setdefault(each.model, {})
            if each.question in verdicts:
                twice.setdefault(each.model, set()).add(each.question)
                if verdicts[each.question].value != each.value:
                    differ.setdefault(each.model, set()).add(each.question)
            verdicts[each.question] = each
        if not by_model:
            raise BadInput(
                f"the bench '{self.kind}' has no graded answer to count",
                where=", ".join(evidence.notes) or "the evidence is empty",
                remedy="give answers with --answers FILE, or a model with --student",
            )
        return {
            model: _graded(model, verdicts, evidence, len(twice.get(model, ())), len(differ.get(model, ())))
            for model, verdicts in by_model.items()
        }


def _graded(
    model: str, verdicts: Mapping[str, Judgement], evidence: Evidence, twice: int, differ: int
) -> Graded:
    known = {name: each for name, each in verdicts.items() if name in evidence.questions}
    if not evidence.questions:
        known = dict(verdicts)
    lines = []
    missing = sum(1 for name in evidence.questions if name not in known)
    if missing:
        lines.append(
            f"{model}: {counted(missing, 'question')} of {len(evidence.questions)} without a graded answer; "
            "the figures are of the others"
        )
    if len(known) < len(verdicts):
        strangers = counted(len(verdicts) - len(known), "verdict")
        lines.append(f"{model}: {strangers} on questions that are not in this bench, left out")
    if twice:
        said = f"{differ} of them with another verdict" if differ else "the same each time"
        lines.append(
            f"{model}: {counted(twice, 'question')} graded more than once, {said}; the last verdict counts"
        )
    if not known:
        raise BadInput(
            f"no graded answer of '{model}' belongs to a question of this bench",
            where=f"the first is of '{next(iter(verdicts))}'",
            remedy="give the questions file that was answered",
        )
    return Graded(known, missing, tuple(lines))


def told(name: str, model: str, share: float, interval: Sequence[float], n: int) -> str:
    """A sentence for a person: what share, in which interval, of how many."""
    low, high = interval
    return f"{model}: {name} {share:.1%} (95 % interval {low:.1%} to {high:.1%}, n = {n:,})"


def all_lines(evidence: Evidence, graded: Mapping[str, Graded], told: Sequence[str]) -> tuple[str, ...]:
    """The notes of the evidence, what was found in grading, and the sentences ``told``."""
    return (*evidence.notes, *(line for each in graded.values() for line in each.lines), *told)
