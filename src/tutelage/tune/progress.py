"""What a person is told while a student is trained, and the clock behind it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """How far training is after an update.

    ``loss`` is that of the update, in nats a trained token; ``tokens_per_second`` counts all tokens
    processed since the start, measuring and saving aside; ``seconds_left`` is for the updates to come.
    ``held_out`` is the newest loss on the held-out rows, where one is known. ``note`` is a sentence for a
    person, empty for a plain update; ``stage`` names what all of it belongs to, where it is one of several.
    """

    step: int
    steps: int
    loss: float | None = None
    tokens_per_second: float = 0.0
    seconds_left: float | None = None
    held_out: float | None = None
    note: str = ""
    stage: str = ""

    def __str__(self) -> str:
        """One line; a sentence alone where no update is planned yet."""
        before = f"{self.stage}: " if self.stage else ""
        return before + (self._figures() if self.steps else self.note)

    def _figures(self) -> str:
        parts = [f"step {self.step}/{self.steps}"]
        if self.loss is not None:
            parts.append(f"loss {self.loss:.4f}")
        if self.held_out is not None:
            parts.append(f"held-out {self.held_out:.4f}")
        if self.tokens_per_second:
            parts.append(f"{self.tokens_per_second:,.0f} tokens/s")
        if self.seconds_left is not None:
            parts.append(f"{_span(self.seconds_left)} left")
        if self.note:
            parts.append(self.note)
        return " · ".join(parts)


Tell = Callable[[Moment], None]


def silent(moment: Moment) -> None:
    """Tell nobody."""


class Clock:
    """Seconds and tokens spent in updates, over every resumption.

    It runs from :meth:`start` to :meth:`stop` of each update, so that measuring and saving do not count.
    """

    def __init__(self, steps: int, now: Callable[[], float] = time.perf_counter) -> None:
        self.steps = steps
        self.seconds = 0.0
        self.tokens = 0
        self.trained_tokens = 0
        self._now = now
        self._began: float | None = None
        self._here = (0, 0.0)  # updates and seconds of this process

    def start(self) -> None:
        """An update begins."""
        self._began = self._now()

    def stop(self, tokens: int, trained: int) -> None:
        """An update of so many tokens ended; without a start, only tokens count."""
        spent = 0.0 if self._began is None else self._now() - self._began
        self._began = None
        self.seconds += spent
        self.tokens += tokens
        self.trained_tokens += trained
        self._here = (self._here[0] + 1, self._here[1] + spent)

    @property
    def rate(self) -> float:
        """Tokens processed a second."""
        return self.tokens / self.seconds if self.seconds else 0.0

    def left(self, step: int) -> float | None:
        """Seconds for the updates after ``step``, by the pace of this process."""
        updates, seconds = self._here
        return (self.steps - step) * seconds / updates if updates else None

    def as_dict(self) -> dict[str, float]:
        """JSON-able, for a checkpoint."""
        return {"seconds": self.seconds, "tokens": self.tokens, "trained_tokens": self.trained_tokens}

    def go_on(self, saved: dict[str, float]) -> None:
        """Take up what :meth:`as_dict` gave."""
        self.seconds = float(saved["seconds"])
        self.tokens = int(saved["tokens"])
        self.trained_tokens = int(saved["trained_tokens"])


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
