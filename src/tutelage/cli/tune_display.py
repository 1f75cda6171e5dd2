"""How training looks while it goes on, and what it came to, in words."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from tutelage.cli.display import PLAIN_EVERY
from tutelage.cli.terminal import note
from tutelage.runs.progress import duration
from tutelage.text import counted
from tutelage.tune.progress import Moment, Tell, silent
from tutelage.tune.result import TuneResult

_REDRAW = 0.1  # seconds
_TALKATIVE = ("transformers", "trl", "peft", "accelerate", "datasets", "torch")


@contextmanager
def tune_display(quiet: bool = False) -> Iterator[Tell]:
    """Hears moments: one line that is drawn again on a terminal, a plain line now and then elsewhere."""
    with _libraries_silent():
        if quiet:
            yield silent
        elif sys.stderr.isatty():
            line = _OneLine()
            try:
                yield line
            finally:
                line.end()
        else:
            yield _PlainLines()


@contextmanager
def _libraries_silent() -> Iterator[None]:
    """Without what the training libraries say to those who call them: none of it is a user's to mend."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [each.level for each in loggers]
    with warnings.catch_warnings():
        for name in _TALKATIVE:
            warnings.filterwarnings("ignore", module=rf"{name}\b")
        for each in loggers:
            each.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for each, level in zip(loggers, levels, strict=True):
                each.setLevel(level)


class _PlainLines:
    """A line at the start, every ``PLAIN_EVERY`` seconds, and for each sentence; the last update's checkpoint
    is one."""

    def __init__(self) -> None:
        self._last = -PLAIN_EVERY

    def __call__(self, moment: Moment) -> None:
        now = time.monotonic()
        if moment.note or now - self._last >= PLAIN_EVERY:
            note(str(moment))
            self._last = now


class _OneLine:
    """One line of the terminal; sentences stay above it."""

    def __init__(self) -> None:
        self._last = 0.0
        self._drawn = False

    def __call__(self, moment: Moment) -> None:
        now = time.monotonic()
        if moment.note:
            self.end()
            note(str(moment))
        elif now - self._last >= _REDRAW or moment.step >= moment.steps:
            bar = "█" * round(30 * moment.step / max(1, moment.steps))
            sys.stderr.write(f"\r\033[K{bar:░<30} {moment!s}")
            sys.stderr.flush()
            self._drawn, self._last = True, now

    def end(self) -> None:
        """Leave the line as it is, and go to the next."""
        if self._drawn:
            sys.stderr.write("\n")
            sys.stderr.flush()
        self._drawn = False


def told_result(result: TuneResult) -> str:
    """The figures of a tuning in words."""
    share = result.trainable / result.parameters if result.parameters else 0.0
    rows = "held-out rows" if result.measured_on == "held_out" else "training rows"
    lines = [
        f"loss on {rows}: {result.loss_before:.4f} before, {result.loss_after:.4f} after"
        f" {counted(result.steps, 'update')} in {duration(result.seconds)}",
        f"trained {result.trainable:,} of {result.parameters:,} parameters ({share:.2%}),"
        f" {result.tokens_per_second:,.0f} tokens/s",
        f"examples: {result.examples:,} trained on, {result.held_out:,} held out, {result.dropped:,} dropped,"
        f" {result.truncated:,} cut, {result.copies:,} near copies of held-out rows left out",
    ]
    if result.chosen != result.steps:
        lines.append(f"kept: the weights after update {result.chosen:,}, by {result.chosen_by}")
    lines += [f"note: {each}" for each in result.notes]
    lines.append(f"student: {result.out}" + (f", {result.gguf}" if result.gguf else ""))
    lines.append(f"to try it: tutelage chat {result.out}")
    return "\n".join(lines)
