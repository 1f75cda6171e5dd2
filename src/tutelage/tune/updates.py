"""The plan of training: which rows make up each update, and how they lie in memory.

The whole plan is known before the first update. An update is a set of rows, drawn by (seed, epoch); how its
rows are packed or padded into micro-batches changes the speed and not the training, because every token of an
update weighs the same. So training can go on from any update, on any number of processes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tutelage.draw import draw

_APART_SHARE = 1 / 20  # of all updates: what lies at least between two checkpoints
Part = tuple[int, ...]  # places of rows that go through the model at once


@dataclass(frozen=True, slots=True)
class Plan:
    """``updates`` hold the places of their rows; ``per_epoch`` is how many updates an epoch has."""

    updates: tuple[Part, ...]
    per_epoch: int

    @property
    def steps(self) -> int:
        """How many updates there are."""
        return len(self.updates)

    def first(self, rows: int) -> Part:
        """Places of the first rows that are trained on, each once, at most so many."""
        places = dict.fromkeys(place for update in self.updates[: self.per_epoch] for place in update)
        return tuple(places)[:rows]

    def epoch(self, step: int) -> float:
        """Epochs done after ``step`` updates."""
        return step / self.per_epoch


def plan(rows: int, *, batch: int, epochs: float, steps: int | None, seed: int) -> Plan:
    """The updates of a training over ``rows``; the last of an epoch may be smaller than ``batch``."""
    per_epoch = math.ceil(rows / batch)
    total = steps if steps is not None else max(1, math.ceil(per_epoch * epochs - 1e-9))
    updates: list[Part] = []
    for epoch in range(math.ceil(total / per_epoch)):
        order = list(range(rows))
        draw(seed, f"tune/epoch/{epoch}").shuffle(order)
        updates += [tuple(order[start : start + batch]) for start in range(0, rows, batch)]
    return Plan(tuple(updates[:total]), per_epoch)


def checkpoint_steps(plan: Plan, when: int | str, *, every_one: bool = False) -> frozenset[int]:
    """The updates after which a checkpoint is due; the last one always is.

    Ends of epochs, or halves, that follow one another by less than a twentieth of all updates are passed
    over, since writing and measuring would take longer than training; with ``every_one`` none is.
    """
    if when == "none":
        return frozenset({plan.steps})
    if isinstance(when, int):
        every: float = when
    else:
        every = plan.per_epoch if when == "epoch" else plan.per_epoch / 2
        if not every_one:
            every *= max(1, math.ceil(plan.steps * _APART_SHARE / every))
    due = {round(every * number) for number in range(1, math.floor(plan.steps / every) + 1)}
    return frozenset({step for step in due if 0 < step <= plan.steps} | {plan.steps})


def packed(update: Part, lengths: Sequence[int], room: int) -> list[Part]:
    """Rows of ``update`` in parts of at most ``room`` tokens, best fit decreasing (Johnson 1974).

    A row longer than ``room`` is a part of its own.
    """
    parts: list[tuple[int, list[int]]] = []  # room left, rows
    for row in _longest_first(update, lengths):
        length = lengths[row]
        fitting = [(left, number) for number, (left, _) in enumerate(parts) if left >= length]
        if fitting:
            left, number = min(fitting)
            parts[number] = (left - length, [*parts[number][1], row])
        else:
            parts.append((room - length, [row]))
    return [tuple(rows) for _, rows in parts]


def grouped(update: Part, lengths: Sequence[int], room: int, most: int | None = None) -> list[Part]:
    """Rows of ``update`` in parts of like lengths that stay within ``room`` tokens when padded.

    ``most`` bounds the rows of a part; where it is given, ``room`` does not count.
    """
    parts: list[Part] = []
    waiting: list[int] = []
    for row in _longest_first(update, lengths):
        longest = lengths[waiting[0]] if waiting else lengths[row]
        full = len(waiting) >= most if most else longest * (len(waiting) + 1) > room
        if waiting and full:
            parts.append(tuple(waiting))
            waiting = []
        waiting.append(row)
    return [*parts, tuple(waiting)] if waiting else parts


def _longest_first(update: Part, lengths: Sequence[int]) -> list[int]:
    return sorted(update, key=lambda row: (-lengths[row], row))
