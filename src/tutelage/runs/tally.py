"""What the gateway has done: of this execution, and of the run over all its executions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutelage.records import Usage


@dataclass(slots=True)
class Tally:
    """Counts of this execution; ``before`` holds the run's totals when it began.

    ``sent`` counts requests, retries and hedges included; ``answered`` and ``failed`` count calls: answered
    by the teacher, or given up (now, or before and not asked again); ``failed_attempts`` are requests that
    brought no answer, and ``last_trouble`` says what the latest of them met. ``uncertain_cost`` and
    ``uncertain_tokens`` are those of attempts that brought no answer but may have been billed, at their upper
    bound. Money is in the price table's unit.
    """

    before: Mapping[str, float] = field(default_factory=dict)
    sent: int = 0
    answered: int = 0
    replayed: int = 0
    failed: int = 0
    failed_attempts: int = 0
    last_trouble: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    thinking_tokens: int = 0
    cost: float = 0.0
    uncertain_cost: float = 0.0
    uncertain_tokens: int = 0

    @property
    def usage(self) -> Usage:
        """Tokens of this execution's answers."""
        return Usage(self.prompt_tokens, self.completion_tokens, self.thinking_tokens)

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens of this execution's answers."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def run_cost(self) -> float:
        """Money spent by the run in all; what is uncertain is not in it."""
        return self.before.get("cost", 0.0) + self.cost

    @property
    def run_usage(self) -> Usage:
        """Tokens of the run's answers in all."""
        names = ("prompt_tokens", "completion_tokens", "thinking_tokens")
        return Usage(*(int(self.before.get(name, 0)) for name in names)) + self.usage

    def answer(self, usage: Usage, cost: float) -> None:
        """One call was answered."""
        self.answered += 1
        self.prompt_tokens += usage.prompt
        self.completion_tokens += usage.completion
        self.thinking_tokens += usage.thinking
        self.cost += cost

    def totals(self) -> dict[str, float]:
        """The run's totals as the store keeps them."""
        return {name: self.before.get(name, 0.0) + getattr(self, name) for name in self.before}
