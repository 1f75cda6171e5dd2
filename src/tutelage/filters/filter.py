"""The contract of a filter: settings that start a gate; the gate judges examples in order.

A gate is told which examples were kept by *all* filters, so that one which a later filter refused never
stands in the way of its successors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from tutelage.plugins import Kind
from tutelage.records import Example, Rejection, Verdict


class Gate:
    """One pass over examples in order. A filter without memory overrides ``judge`` alone."""

    def judge(self, example: Example) -> Verdict:
        """Whether to keep ``example``, given what was kept so far."""
        raise NotImplementedError

    def remember(self, example: Example) -> None:
        """``example`` was kept by every filter."""


class Filter(Kind, ABC):
    """The settings of a filter."""

    @abstractmethod
    def start(self) -> Gate:
        """A fresh gate for one pass."""


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

    def decide(self, example: Example) -> Decision:
        """Judge ``example`` and, if it is kept, let every gate remember it."""
        verdicts: list[tuple[str, Verdict]] = []
        for name, gate in self._gates:
            verdict = gate.judge(example)
            verdicts.append((name, verdict))
            if not verdict.keep:
                return Decision(example, tuple(verdicts))
        for _, gate in self._gates:
            gate.remember(example)
        return Decision(example, tuple(verdicts))
