"""What became of a run's work: accepted, rejected by reason, surplus, and what it cost.

The facts come from the run's database and are handed in; a dataset file knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rejection as it is shown: the beginning of the raw text, and what was said of it."""

    text: str
    detail: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class StageCalls:
    """The answered calls of one stage. ``cost`` is money in the price table's unit, ``seconds`` are summed
    over calls, which ran side by side."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: StageCalls) -> StageCalls:
        return StageCalls(
            self.calls + other.calls,
            self.tokens + other.tokens,
            self.cost + other.cost,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run's database says. ``accepted`` and ``surplus`` count examples; ``rejected`` counts rejections
    by reason and ``refusals`` shows one of each; ``stages`` maps a stage to its calls; ``totals`` are the
    store's running totals (``cost``, ``sent``, ``uncertain_cost`` …)."""

    name: str
    state: str
    method: str = ""
    target: int | None = None
    accepted: int = 0
    surplus: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    stages: Mapping[str, StageCalls] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class YieldReport:
    """The facts, and what follows from them. Shares and costs per example are ``None`` where nothing was
    decided or accepted."""

    facts: RunFacts

    @property
    def rejections(self) -> int:
        """Rejections in all."""
        return sum(self.facts.rejected.values())

    @property
    def acceptance(self) -> float | None:
        """Accepted of accepted and rejected; surplus was never decided and stands aside."""
        decided = self.facts.accepted + self.rejections
        return self.facts.accepted / decided if decided else None

    @property
    def calls(self) -> StageCalls:
        """The answered calls of all stages."""
        return sum(self.facts.stages.values(), StageCalls())

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields; ``rejected`` and ``stages`` are objects by reason and by stage."""
        facts, calls = self.facts, self.calls
        return {
            "run": facts.name,
            "state": facts.state,
            "reason": facts.reason,
            "method": facts.method,
            "target": facts.target,
            "accepted": facts.accepted,
            "surplus": facts.surplus,
            "rejections": self.rejections,
            "acceptance": self.acceptance,
            "rejected": {name: self._reason(name) for name in _ranked(facts.rejected)},
            "calls": asdict(calls),
            "stages": {name: asdict(stage) for name, stage in facts.stages.items()},
            "tokens_per_accepted": self._each(calls.tokens),
            "cost_per_accepted": self._each(calls.cost),
            "calls_per_accepted": self._each(calls.calls),
            "totals": dict(facts.totals),
            "version": facts.version,
        }

    def _reason(self, name: str) -> dict[str, Any]:
        refusal = self.facts.refusals.get(name)
        return {
            "count": self.facts.rejected[name],
            "share": self.facts.rejected[name] / self.rejections,
            "example": asdict(refusal) if refusal else None,
        }

    def _each(self, amount: float) -> float | None:
        return amount / self.facts.accepted if self.facts.accepted else None


def measure_yields(facts: RunFacts) -> YieldReport:
    """What became of a run's work. Costs per accepted example spread all answered calls, those for rejected
    and surplus work and for preparing included, over what was accepted."""
    return YieldReport(facts)


def _ranked(counts: Mapping[str, int]) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))
