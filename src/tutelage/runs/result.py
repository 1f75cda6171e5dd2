"""How an execution of a run ended, for scripts, terminals and cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutelage.store.runs import RunState

EXIT_CODES: Mapping[RunState, int] = {"short": 3, "interrupted": 130, "failed": 1}


@dataclass(frozen=True)
class RunResult:
    """How an execution ended.

    ``accepted``, ``rejected`` and ``surplus`` are of the whole run; the calls ``sent``, ``replayed`` and
    ``failed``, ``tokens`` and ``cost`` are of this execution alone. ``reason`` says why the target was not
    reached; ``findings`` are what the method has to tell about the dataset, a label and a text each.
    ``after`` holds the results of what the recipe declares to follow, by its key.
    """

    state: RunState
    reason: str
    out: Path
    target: int
    accepted: int
    surplus: int
    rejected: Mapping[str, int]
    sent: int
    replayed: int
    failed: int
    tokens: int
    cost: float
    seconds: float
    files: tuple[str, ...] = ()
    findings: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 done, 1 failed, 3 stopped short of the target, 130 interrupted."""
        return EXIT_CODES.get(self.state, 0)

    def as_json(self) -> dict[str, Any]:
        """What ``tutelage run --json`` prints."""
        return {
            "accepted": self.accepted,
            "rejected": dict(self.rejected),
            "calls": {"sent": self.sent, "replayed": self.replayed, "failed": self.failed},
            "tokens": self.tokens,
            "cost": round(self.cost, 6),
            "out": str(self.out),
            "target": self.target,
            "surplus": self.surplus,
            "state": self.state,
            "reason": self.reason,
            "findings": dict(self.findings),
            "seconds": round(self.seconds, 3),
            **self.after,
        }
