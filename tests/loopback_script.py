"""What the loopback server is told (Script, Act, Limit) and what it has seen (Count)."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Mode = Literal[
    "ok", "error", "reset", "hang", "truncated", "not_json", "wrong_shape", "empty", "length", "stall"
]
Overload = Literal["queue", "slow", "refuse"]


@dataclass(slots=True)
class Act:
    """What happens to one request. ``status`` other than 200 answers an error body with that status."""

    mode: Mode = "ok"
    status: int = 200
    latency: float | None = None  # seconds; None: the script's
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None  # the answer, or the error's message
    code: str = ""  # the error's code, e.g. insufficient_quota
    param: str = ""  # the parameter the error names


@dataclass(slots=True)
class Limit:
    """At most ``rate`` requests a second; change the fields while it runs.

    ``window`` > 0 is a sliding window of that many seconds; 0 is a token bucket that holds ``burst``.
    """

    rate: float
    window: float = 0.0
    burst: float = 1.0
    retry_after: bool = True
    taken: deque[float] = field(default_factory=deque)
    tokens: float | None = None
    filled: float = 0.0

    def wait(self, now: float) -> float:
        """0 if the request may pass (and is counted), else the seconds until the next one may."""
        return self._window(now) if self.window else self._bucket(now)

    def _window(self, now: float) -> float:
        while self.taken and self.taken[0] <= now - self.window:
            self.taken.popleft()
        if len(self.taken) < max(1, int(self.rate * self.window)):
            self.taken.append(now)
            return 0.0
        return self.taken[0] + self.window - now

    def _bucket(self, now: float) -> float:
        held = self.burst if self.tokens is None else self.tokens + (now - self.filled) * self.rate
        self.tokens, self.filled = min(held, max(1.0, self.burst)), now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.rate


@dataclass(slots=True)
class Script:
    """What the server does. All fields may be changed while it runs."""

    latency: float = 0.0  # seconds per answer
    slow_share: float = 0.0  # this share of answers takes slow_factor times as long
    slow_factor: float = 20.0
    reply: Callable[[str, int], str] | None = None  # (text of the request, its number) -> answer
    text: str = "A loopback answer about {n} words."  # the answer where there is no `reply`
    different: bool = False  # every answer gets a random tag, even for the same prompt
    decide: Callable[[int, dict[str, Any]], Act | None] | None = None  # (number from 1, body)
    fault_every: int = 0  # every n-th request gets `fault`
    fault: Act = field(default_factory=lambda: Act(status=500))
    poison: str = ""  # a request whose text contains this is always answered 400
    limit: Limit | None = None
    slots: int = 0  # 0: no bound
    overload: Overload = "queue"  # what happens beyond `slots`
    key: str = ""  # where set, another key is answered 401
    refuse: dict[str, str] = field(default_factory=dict)  # body field -> message of a 400
    chat: bool = True
    completions: bool = True
    schema: bool = True  # response_format is obeyed rather than ignored
    thinking: str = ""
    thinking_style: Literal["field", "tags"] = "field"
    models: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "loopback", "object": "model"}])
    batch_polls: int = 2  # polls a batch spends in each of validating and in_progress
    keep_bodies: bool = False
    keep_log: bool = False  # (seconds since start, status) of every answer


@dataclass(slots=True)
class Count:
    """What the server has seen. Times are seconds of the monotonic clock."""

    requests: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    area: float = 0.0  # integral of in_flight over time
    first: float = 0.0
    last: float = 0.0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    log: list[tuple[float, int]] = field(default_factory=list)

    def step(self, change: int) -> None:
        """One request more (+1) or less (-1) in flight."""
        now = time.monotonic()
        if self.first:
            self.area += self.in_flight * (now - self.last)
        else:
            self.first = now
        self.last = now
        self.in_flight += change
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    @property
    def mean_in_flight(self) -> float:
        """Requests in flight, averaged from the first arrival to the last change."""
        return self.area / (self.last - self.first) if self.last > self.first else 0.0

    @property
    def seconds(self) -> float:
        """From the first arrival to the last change."""
        return self.last - self.first

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, with the two means."""
        plain: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return plain | {"mean_in_flight": self.mean_in_flight, "seconds": self.seconds}
