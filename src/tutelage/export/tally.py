"""Counts over the examples and rejections of one export, for its card."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tutelage.export.containers import broken
from tutelage.records import Example, Rejection


@dataclass
class Tally:
    """What was written so far. ``rows`` counts by format, ``cells`` by cell key and value.

    ``repaired`` counts examples that held half a surrogate pair, ``unseen`` those whose text about an image
    was written without seeing it, ``refused`` by format those that only other formats could carry; ``files``
    maps a format to its file name.
    """

    examples: int = 0
    multi_turn: int = 0
    repaired: int = 0
    unseen: int = 0
    files: dict[str, str] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    cells: dict[str, Counter[str]] = field(default_factory=dict)
    methods: Counter[str] = field(default_factory=Counter)
    teachers: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)

    def add(self, example: Example) -> None:
        """Count one exported example."""
        self.examples += 1
        self.multi_turn += sum(message.role == "user" for message in example.messages) > 1
        self.repaired += any(broken(message.content) for message in example.messages)
        self.unseen += example.lineage.get("image_seen") is False
        for key, value in example.cell.items():
            self.cells.setdefault(key, Counter())[value] += 1
        if example.method:
            self.methods[example.method] += 1
        if example.teacher:
            self.teachers[example.teacher] += 1
        self.licences[example.licence] += 1

    def reject(self, rejection: Rejection) -> None:
        """Count one rejection."""
        self.rejected[rejection.reason] += 1


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Names and counts, the largest first and equal ones by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
