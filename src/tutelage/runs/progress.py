"""What a run has done so far, as a snapshot that terminals, logs and pages show alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Snapshot:
    """One moment of a run. ``seconds`` since this execution began; ``cost`` in the price table's unit;
    ``failed_attempts`` are requests without an answer, and ``last_trouble`` what the latest of them met."""

    stage: str
    accepted: int = 0
    target: int = 0
    decided: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    sent: int = 0
    replayed: int = 0
    tokens: int = 0
    cost: float = 0.0
    in_flight: int = 0
    limit: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    failed_attempts: int = 0
    last_trouble: str = ""

    def line(self) -> str:
        """The moment in one plain line."""
        parts = [f"{self.stage}: {self.accepted}/{self.target} accepted"]
        refused = sum(self.rejected.values())
        if refused:
            top = ", ".join(f"{reason} {n}" for reason, n in _commonest(self.rejected, 3))
            parts.append(f"{refused} rejected ({top})")
        parts.append(f"{self.sent} calls ({self.in_flight} in flight), {self.replayed} replayed")
        if self.failed_attempts:
            parts.append(self.trouble())
        if self.seconds > 0 and self.tokens:
            parts.append(f"{self.tokens / self.seconds:,.0f} tokens/s")
        if self.cost:
            parts.append(f"cost {self.cost:.4f}")
        if self.seconds_left is not None:
            parts.append(f"{duration(self.seconds_left)} left")
        return " · ".join(parts)

    def trouble(self) -> str:
        """How many attempts failed and what the last one met, shortened."""
        last = " ".join(self.last_trouble.split())
        shown = last if len(last) <= _TROUBLE else f"{last[:_TROUBLE]}…"
        return f"{self.failed_attempts} failed attempts" + (f", the last: {shown}" if shown else "")


_TROUBLE = 120  # characters

Listener = Callable[[Snapshot], None]


def _commonest(counts: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]


def duration(seconds: float) -> str:
    """``seconds`` as a person says it: ``42 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
