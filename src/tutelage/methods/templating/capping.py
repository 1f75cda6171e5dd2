"""A cap on a dataset: which rows with which templates stay, where there may be only so many of each."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from tutelage.methods.templating.labelled_rows import LabelledRow
from tutelage.methods.templating.templates import Template
from tutelage.records import digest

Candidate = tuple[LabelledRow, Template]


def capped(candidates: Iterable[Candidate], quotas: Mapping[str, int], seed: int) -> set[int]:
    """The numbers, from 0, of the candidates that stay: of each template, ``quotas[name]`` drawn by content.

    They are those with the smallest drawn values, so a row that is added takes at most one other's place a
    template, and memory grows with the quotas alone.
    """
    heaps: dict[str, list[tuple[int, int]]] = {name: [] for name in quotas}
    for number, (row, template) in enumerate(candidates):
        drawn = int(digest("cap", seed, row.key, row.occurrence, template.fingerprint)[:15], 16)
        heap, entry = heaps[template.name], (-drawn, -number)
        if len(heap) < quotas[template.name]:
            heapq.heappush(heap, entry)
        elif heap and entry > heap[0]:
            heapq.heapreplace(heap, entry)
    return {-number for heap in heaps.values() for _, number in heap}
