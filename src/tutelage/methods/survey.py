"""A survey of a dataset: which cells it covers, and a few requests of each to show to a teacher."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from tutelage.draw import draw
from tutelage.methods.gaps import Coverage, Gap, Wanted, in_words
from tutelage.records import Cell, Example
from tutelage.rows import Naming, read_rows

_SAMPLES = 4  # requests of a cell that are remembered
_NEAREST = 8  # cells whose requests may be shown for another
_LOOKED_AT = 1000  # rows of a file that are looked at before a run
_LONGEST = 600  # characters of a request that is shown


@dataclass(frozen=True)
class Survey:
    """The cells wanted and the cells there are; ``samples`` holds requests of each of these, by number."""

    wanted: Sequence[Wanted]
    coverage: Coverage
    samples: Sequence[Sequence[str]]
    licences: tuple[str, ...] = ()

    def gaps(self, per_cell: int, new: Coverage | None = None) -> list[Gap]:
        """How well each wanted cell is covered, in their order; ``new`` rows count too."""
        found = []
        for each in self.wanted:
            had = self.coverage.had(each.cell) + (new.had(each.cell) if new else 0)
            found.append(Gap(each, had, per_cell))
        return found

    def shown(self, cell: Cell, count: int, seed: int, place: str) -> list[dict[str, str]]:
        """``count`` requests with their cells in words, from the cells nearest to ``cell``, of which the
        nearest weigh more; from any where none is near. ``place`` is where the lots are drawn."""
        near = self.coverage.near(cell)[:_NEAREST] or range(len(self.samples))
        pool = [
            {"cell": in_words(self.coverage.cells[number]), "request": request}
            for number in near
            for request in self.samples[number]
        ]
        chance = draw(seed, place)
        lots = [(chance.random() * (order + 1), order) for order in range(len(pool))]
        return [pool[order] for _, order in heapq.nsmallest(count, lots)]


def survey(paths: Sequence[Path], wanted: Sequence[Wanted], seed: int) -> Survey:
    """Read a dataset once. Of each of its cells a few requests stay in memory, by lot of their content.

    Raises:
        BadInput: a file or row that cannot be read, or a key of ``wanted`` that no row has.
    """
    coverage, naming = Coverage(), Naming()
    lots: list[list[tuple[float, str, str]]] = []
    licences = set()
    for row in chain.from_iterable(map(read_rows, paths)):
        example = naming.example(row)
        licences.add(example.licence)
        number = coverage.add(example.cell)
        if number == len(lots):
            lots.append([])
        asked = _request(example)
        if 0 < len(asked) <= _LONGEST:
            # Negated: the heap's smallest is the highest lot, which gives way.
            heapq.heappush(lots[number], (-draw(seed, f"fill/{example.id}").random(), example.id, asked))
            if len(lots[number]) > _SAMPLES:
                heapq.heappop(lots[number])
    coverage.check_keys(wanted, ", ".join(map(str, paths)))
    samples = [[asked for _, _, asked in sorted(each, reverse=True)] for each in lots]
    return Survey(wanted, coverage, samples, tuple(sorted(licences)))


def look_at(paths: Sequence[Path], wanted: Sequence[Wanted]) -> None:
    """Refuse what the first rows show to be no dataset of these cells; a long file is not read to its end.

    Raises:
        BadInput: a file or row that cannot be read, or, where the files are short, a key that no row has.
    """
    coverage, naming, whole = Coverage(), Naming(), True
    for path in paths:
        rows = read_rows(path)
        for row in islice(rows, _LOOKED_AT):
            coverage.add(naming.example(row).cell)
        whole = whole and next(rows, None) is None
    if whole:
        coverage.check_keys(wanted, ", ".join(map(str, paths)))


def _request(example: Example) -> str:
    """The first thing that a person asks in ``example``."""
    return next((turn.content.strip() for turn in example.messages if turn.role == "user"), "")
