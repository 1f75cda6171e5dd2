"""How a run's progress looks: a live panel on a terminal, a plain line now and then elsewhere.

Both write to standard error, so that standard output holds results alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tutelage.runs.progress import Listener, Snapshot, duration

PLAIN_EVERY = 10.0  # seconds between plain lines


@contextmanager
def progress_display(quiet: bool = False) -> Iterator[Listener]:
    """A listener that shows snapshots for as long as the block lasts."""
    if quiet:
        yield lambda snapshot: None
    elif sys.stderr.isatty():
        yield from _live()
    else:
        yield _PlainLines()


class _PlainLines:
    """One line at the start, then every ``PLAIN_EVERY`` seconds, and a last one when the count is full."""

    def __init__(self) -> None:
        self._last = -PLAIN_EVERY
        self._said = ""

    def __call__(self, snapshot: Snapshot) -> None:
        now = time.monotonic()
        full = snapshot.target and snapshot.accepted >= snapshot.target
        if now - self._last < PLAIN_EVERY and not full:
            return
        line = snapshot.line()
        if line != self._said:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the display
        self._last, self._said = now, line


def _live() -> Iterator[Listener]:
    from rich.console import Console  # noqa: PLC0415 - only where there is a terminal to show it on
    from rich.live import Live  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    def table(now: Snapshot) -> Table:
        grid = Table.grid(padding=(0, 2))
        for name, value in _lines(now):
            grid.add_row(name, value)
        return grid

    with Live(console=Console(stderr=True), refresh_per_second=4, transient=False) as live:
        yield lambda snapshot: live.update(table(snapshot))


def _lines(now: Snapshot) -> Iterator[tuple[str, str]]:
    share = now.accepted / now.target if now.target else 0.0
    bar = "█" * round(30 * share)
    yield now.stage, f"{bar:░<30} {now.accepted}/{now.target} accepted, {now.decided} items decided"
    if now.rejected:
        worst = sorted(now.rejected.items(), key=lambda pair: (-pair[1], pair[0]))[:6]
        yield "rejected", ", ".join(f"{reason} {count}" for reason, count in worst)
    yield "calls", f"{now.sent} sent, {now.replayed} replayed, {now.in_flight} of {now.limit} in flight"
    if now.failed_attempts:
        yield "trouble", now.trouble()
    pace = now.tokens / now.seconds if now.seconds else 0.0
    yield "tokens", f"{now.tokens:,} ({pace:,.0f}/s), cost {now.cost:.4f}"
    left = "" if now.seconds_left is None else f", about {duration(now.seconds_left)} left"
    yield "time", f"{duration(now.seconds)}{left}"
