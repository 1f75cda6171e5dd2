"""The contract of a filter: settings that start a gate; the gate judges examples in order.

    assess(example, ask) → assessment   what a model says of one example: at any time, for many at once
    gate.learn(assessment)              handed to the gate just before …
    gate.judge(example)  → verdict      … the decision, which is made in order
    gate.remember(example)              the example was kept by *all* filters, so that one which a later
                                        filter refused never stands in the way of its successors

Most filters judge alone. One that asks a model names the abilities it ``needs``; its assessment must follow
from the example and the replies, never from other examples, so that it may be asked for out of order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tutelage.asking import Ask, TeacherRole
from tutelage.plugins import Kind
from tutelage.records import Example, Rejection, Verdict

NOT_JUDGED = "not_judged"  # the reason for what a model was to judge and did not

Assessed = Mapping[int, Verdict]
"""What models said of one example, by the place of the filter in its chain."""
NOTHING_ASSESSED: Assessed = {}


class Gate:
    """One pass over examples in order. A filter without memory overrides ``judge`` alone."""

    def learn(self, assessment: Verdict) -> None:
        """What a model said of the example that is judged next."""

    def judge(self, example: Example) -> Verdict:
        """Whether to keep ``example``, given what was kept so far."""
        raise NotImplementedError

    def remember(self, example: Example) -> None:
        """``example`` was kept by every filter."""


class AssessedGate(Gate):
    """The gate of a filter whose verdict is the model's: nobody is kept who was not judged."""

    _assessment: Verdict | None = None

    def learn(self, assessment: Verdict) -> None:
        """Hold the assessment for the example that comes next."""
        self._assessment = assessment

    def judge(self, example: Example) -> Verdict:
        """The assessment, once; without one the reason is ``not_judged``."""
        assessment, self._assessment = self._assessment, None
        return assessment or Verdict(False, NOT_JUDGED, detail="no model was asked about this example")


class Filter(Kind, ABC):
    """The settings of a filter.

    ``memory`` says that a verdict may depend on earlier examples. A filter without it may be asked ahead of
    its turn, so that nothing is paid for an example which it refuses. ``needs`` are the abilities of the
    model that plays ``role`` (the teacher, where a recipe binds no such model); empty: no model is asked.
    """

    memory: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    role: ClassVar[TeacherRole] = "judge"

    @abstractmethod
    def start(self) -> Gate:
        """A fresh gate for one pass."""

    async def assess(self, example: Example, ask: Ask) -> Verdict | None:
        """What a model says of ``example``, or ``None``; called only for filters with ``needs``.

        Raises:
            CallFailed: the model did not answer; the example is refused as ``not_judged``.
        """
        return None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a chain decided on one example: every verdict in order, the last one being the refusal."""

    example: Example
    verdicts: tuple[tuple[str, Verdict], ...]

    @property
    def kept(self) -> bool:
        """True when no filter refused."""
        return all(verdict.keep for _, verdict in self.verdicts)

    def rejection(self) -> Rejection:
        """The refusal as a rejection; only for a decision that is not ``kept``."""
        name, verdict = self.verdicts[-1]
        detail = verdict.detail + (f" (against {verdict.witness})" if verdict.witness else "")
        return Rejection(
            reason=f"{name}:{verdict.reason}",
            text=f"{self.example.instruction}\n\n{self.example.output}",
            detail=detail.strip(),
            item=self.example.item,
            example=self.example.id,
            score=verdict.score,
        )


class Chain:
    """Filters in order, over one pass of examples in order; the first refusal ends the judging."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        self._gates = [(each.kind, each.start()) for each in filters]

    def decide(self, example: Example, assessed: Assessed = NOTHING_ASSESSED) -> Decision:
        """Judge ``example`` and, if it is kept, let every gate remember it."""
        verdicts: list[tuple[str, Verdict]] = []
        for place, (name, gate) in enumerate(self._gates):
            if place in assessed:
                gate.learn(assessed[place])
            verdict = gate.judge(example)
            verdicts.append((name, verdict))
            if not verdict.keep:
                return Decision(example, tuple(verdicts))
        for _, gate in self._gates:
            gate.remember(example)
        return Decision(example, tuple(verdicts))
