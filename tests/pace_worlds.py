"""Servers in virtual time, and a driver that sends calls through a gate at them: what pace is tested on."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tutelage.runs.pace import Gate, Outcome, PaceSettings, Ticket

TIMER = 0.001  # seconds by which an event loop wakes too late

Limit = Callable[[float], float]  # calls a second, at a time
Door = Callable[[float], bool]  # whether a call that arrives at a time is let in
Speed = Callable[[float, int], float]  # calls served at full speed, at a time and for so many inside


def bucket(limit: Limit, burst: float) -> Door:
    """A token bucket."""
    level, before = burst, 0.0

    def admit(now: float) -> bool:
        nonlocal level, before
        level, before = min(burst, level + (now - before) * limit(now)), now
        if level < 1 - 1e-9:
            return False
        level -= 1
        return True

    return admit


def sliding(limit: Limit, span: float = 1.0) -> Door:
    """At most so many in any ``span`` seconds."""
    recent: deque[float] = deque()

    def admit(now: float) -> bool:
        while recent and recent[0] <= now - span:
            recent.popleft()
        if len(recent) >= limit(now) * span:
            return False
        recent.append(now)
        return True

    return admit


def windows(limit: Limit, span: float = 1.0) -> Door:
    """At most so many in each window of ``span`` seconds; the first is cut short."""
    used: Counter[int] = Counter()

    def admit(now: float) -> bool:
        window = math.floor(now / span + 0.3)
        if used[window] >= limit(now) * span:
            return False
        used[window] += 1
        return True

    return admit


@dataclass
class Guarded:
    """Refuses what its door does not let in; answers the rest after ``latency`` seconds."""

    door: Door
    latency: float
    retry_after: float | None = None
    outcome: Outcome = "rate"
    refusal: float = 0.005
    places: float = math.inf
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    _coming: list[tuple[float, int, Outcome]] = field(default_factory=list)

    def arrive(self, now: float, call: int, work: float) -> None:
        inside = sum(event[2] == "ok" for event in self._coming) if self.places < math.inf else 0
        if inside < self.places and self.door(now):
            event = (now + self.latency * work * self.rng.uniform(0.9, 1.1), call, "ok")
        else:
            event = (now + self.refusal, call, self.outcome)
        heapq.heappush(self._coming, event)

    def next(self) -> float:
        return self._coming[0][0] if self._coming else math.inf

    def pop(self) -> tuple[int, Outcome]:
        _, call, outcome = heapq.heappop(self._coming)
        return call, outcome


@dataclass
class Slots:
    """``slots`` calls at once, the others queue; a call alone takes ``latency`` seconds."""

    slots: Callable[[float], int]
    latency: float = 1.0
    _busy: list[tuple[float, int]] = field(default_factory=list)
    _queue: deque[tuple[int, float]] = field(default_factory=deque)

    def arrive(self, now: float, call: int, work: float) -> None:
        self._queue.append((call, work))
        self._serve(now)

    def _serve(self, now: float) -> None:
        while self._queue and len(self._busy) < self.slots(now):
            call, work = self._queue.popleft()
            heapq.heappush(self._busy, (now + self.latency * work, call))

    def next(self) -> float:
        return self._busy[0][0] if self._busy else math.inf

    def pop(self) -> tuple[int, Outcome]:
        now, call = heapq.heappop(self._busy)
        self._serve(now)
        return call, "ok"


@dataclass
class Shared:
    """All calls share ``speed`` equally, as in a server that batches."""

    speed: Speed
    latency: float = 1.0
    _inside: list[tuple[float, int]] = field(default_factory=list)
    _served: float = 0.0  # of each call that was inside all the time
    _now: float = 0.0

    def _each(self) -> float:
        return self.speed(self._now, len(self._inside)) / len(self._inside)

    def _pass(self, now: float) -> None:
        if self._inside:
            self._served += (now - self._now) * self._each()
        self._now = now

    def arrive(self, now: float, call: int, work: float) -> None:
        self._pass(now)
        heapq.heappush(self._inside, (self._served + self.latency * work, call))

    def next(self) -> float:
        if not self._inside:
            return math.inf
        return self._now + max(0.0, self._inside[0][0] - self._served) / self._each()

    def pop(self) -> tuple[int, Outcome]:
        self._pass(self.next())
        return heapq.heappop(self._inside)[1], "ok"


def batching(most: float) -> Speed:
    """Slower for each, faster for all, up to ``most``."""
    return lambda now, calls: calls / (1 + calls / most)


def thrashing(knee: Callable[[float], int], slope: float) -> Speed:
    """Perfect up to the knee; beyond it the whole becomes slower."""
    return lambda now, calls: min(calls, knee(now)) / (1 + max(0, calls - knee(now)) * slope)


Server = Guarded | Slots | Shared


@dataclass
class Course:
    """What happened: when each call came back, and how."""

    events: list[tuple[float, Outcome]]
    most_in_flight: int
    left: list[float]

    def refused(self, start: float, end: float) -> float:
        """The share of refused calls."""
        seen = [outcome for now, outcome in self.events if start <= now < end]
        return sum(outcome != "ok" for outcome in seen) / len(seen)

    def goodput(self, start: float, end: float) -> float:
        """Answers a second."""
        return sum(outcome == "ok" and start <= now < end for now, outcome in self.events) / (end - start)


def drive(
    settings: PaceSettings,
    server: Server,
    *,
    calls: float = math.inf,
    seconds: float = math.inf,
    sigma: float = 0.0,
    tokens: Callable[[random.Random], tuple[float, float]] = lambda rng: (0, 0),
    seed: int = 0,
) -> Course:
    """Let a gate run against a server; there is always another call. Refused ones come again."""
    rng, gate, now = random.Random(seed), Gate(settings), 0.0
    under_way: dict[int, tuple[Ticket, float]] = {}
    course = Course([], 0, [])
    answered, begun = 0, 0
    expected, actual = tokens(rng)
    while answered < calls and now < seconds:
        at = math.inf
        while len(under_way) + answered < calls:
            at = gate.ready(now, expected)
            if at > now:
                break
            work = rng.lognormvariate(-sigma * sigma / 2, sigma) if sigma else rng.uniform(0.97, 1.03)
            under_way[begun] = gate.leave(now, expected), actual
            course.left.append(now)
            server.arrive(now, begun, work)
            begun += 1
            expected, actual = tokens(rng)
            course.most_in_flight = max(course.most_in_flight, len(under_way))
        now = min(server.next(), at + TIMER)
        while server.next() <= now:
            call, outcome = server.pop()
            ticket, took = under_way.pop(call)
            retry_after = server.retry_after if isinstance(server, Guarded) and outcome != "ok" else None
            gate.done(ticket, now, outcome, took, retry_after)
            course.events.append((now, outcome))
            answered += outcome == "ok"
        assert gate.concurrency.in_flight == len(under_way)
    return course
