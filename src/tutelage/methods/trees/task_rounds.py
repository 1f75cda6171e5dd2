"""Who gets how many examples in which round, so that all tasks fill evenly.

In every round each task that is not far ahead of the poorest is asked for one batch (several, where there are
few tasks); what a round asks for doubles until it is full. What decides is what earlier rounds accepted,
never the target, so a raised target only goes on. A task that was asked for many examples in a row without a
single one accepted drops out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """What one task is asked for in a round: the ``sizes`` of its batches; ``accepted`` is what it has."""

    task: str
    sizes: tuple[int, ...]
    accepted: int


@dataclass(frozen=True, slots=True)
class Rounds:
    """How rounds are made.

    ``first`` is how many examples the first round asks of a task, in batches of ``batch`` at most; with fewer
    than ``calls`` tasks a full round has about that many batches; ``per_task`` bounds what a task gets;
    ``patience`` is how many examples in a row may be asked of a task in vain.
    """

    first: int
    batch: int
    calls: int
    patience: int
    per_task: int | None = None

    def shares(self, round: int, tasks: Sequence[str], accepted: Iterable[tuple[int, str]]) -> list[Share]:
        """The shares of ``round`` in the order of ``tasks``; empty: nothing is left to ask for.

        ``accepted`` tells round and task of every example of earlier rounds. The earlier rounds are gone
        through again, which says who was asked in vain.
        """
        got: Mapping[int, Counter[str]] = defaultdict(Counter)
        for when, task in accepted:
            got[when][task] += 1
        has: Counter[str] = Counter()
        vain: Counter[str] = Counter()
        for earlier in range(round):
            for share in self._of(earlier, tasks, has, vain):
                vain[share.task] += sum(share.sizes)
            for task, number in got[earlier].items():
                has[task] += number
                vain[task] = 0
        return self._of(round, tasks, has, vain)

    def batches(self, round: int, tasks: int) -> tuple[int, int]:
        """Size and number of the batches that each of so many tasks is asked for."""
        wanted = self.first << min(round, 20)
        size = min(self.batch, wanted)
        return size, max(1, min(self.calls // tasks, -(-wanted // size)))

    def _of(self, round: int, tasks: Sequence[str], has: Counter[str], vain: Counter[str]) -> list[Share]:
        live = [each for each in tasks if vain[each] < self.patience and not self._full(has[each])]
        if not live:
            return []
        size, times = self.batches(round, len(live))
        ahead = min(has[each] for each in live) + -(-size * times // 2)  # by half of what it would get
        return [
            Share(each, self._sizes(size, times, has[each]), has[each]) for each in live if has[each] < ahead
        ]

    def _full(self, has: int) -> bool:
        return self.per_task is not None and has >= self.per_task

    def _sizes(self, size: int, times: int, has: int) -> tuple[int, ...]:
        if self.per_task is None:
            return (size,) * times
        sizes = [min(size, self.per_task - has - size * number) for number in range(times)]
        return tuple(each for each in sizes if each > 0)
