"""A mixture from dataset files: several sources in, one shuffled file out.

Two passes over the files: the first gives every row its lot (with its name about 150 bytes of memory, however
long the row), the second takes the rows whose lots were drawn. They wait in a temporary file until all are
there, and are written in an order drawn by lot. So the same files and seed give the same bytes, and a row
added to a source takes at most one other's place.
"""

from __future__ import annotations

import heapq
import json
import tempfile
from array import array
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tutelage.errors import BadInput, nearest
from tutelage.records import Example
from tutelage.rows import Row, RowWriter, json_line
from tutelage.runs.pools import keep_apart, pooled
from tutelage.select.mixing import Mixture, allot, split_evenly
from tutelage.select.selector import rank


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a mixture: its examples, its share, and the rows wanted and obtained."""

    file: Path
    size: int
    rate: float
    requested: int
    obtained: int
    unreadable: int = 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "file": str(self.file),
            "size": self.size,
            "rate": self.rate,
            "requested": self.requested,
            "obtained": self.obtained,
            "unreadable": self.unreadable,
        }


@dataclass(frozen=True, slots=True)
class MixResult:
    """What became of the sources; ``mixed`` rows lie in ``out``, ``total`` were wanted."""

    total: int
    mixed: int
    sources: tuple[Source, ...]
    out: Path

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        read = sum(each.size + each.unreadable for each in self.sources)
        sources = [each.as_dict() for each in self.sources]
        return {
            "read": read,
            "total": self.total,
            "mixed": self.mixed,
            "sources": sources,
            "out": str(self.out),
        }


def mix_files(
    paths: Sequence[Path],
    mixture: Mixture,
    out: Path,
    *,
    seed: int = 0,
    split_by: str = "",
    strict: bool = False,
) -> MixResult:
    """Write ``mixture`` of ``paths``, each one source, to ``out``.

    Rows keep all their fields; a cell that names no ``file`` gets that of the source, so that it is known
    later where the row came from. ``split_by`` is a key of the cell (``template``) over whose values the
    quota of each source is split evenly, as far as they have it.

    Raises:
        BadInput: a file that cannot be read or written or is named twice, ``out`` among the inputs, no row
            that is an example (with ``strict``: any that is none), weights that do not fit the files, or a
            key that no cell has.
    """
    keep_apart(paths, out)
    _refuse_repeated(paths)
    lots = [_draw_lots(path, seed, split_by, strict) for path in paths]
    _check_key(split_by, lots)
    sizes = [each.size for each in lots]
    rates, quotas = mixture.rates(sizes), allot(sizes, mixture)
    with RowWriter(out) as writer, _Shuffled() as waiting:
        for path, source, quota in zip(paths, lots, quotas.obtained, strict=True):
            _take(path, source, quota, split_by, waiting, seed)
        waiting.write(writer)
    counted = zip(paths, lots, rates, quotas.requested, quotas.obtained, strict=True)
    sources = tuple(
        Source(path, source.size, rate, requested, obtained, source.unreadable)
        for path, source, rate, requested, obtained in counted
    )
    return MixResult(mixture.total, writer.count, sources, out)


def _refuse_repeated(paths: Sequence[Path]) -> None:
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise BadInput(
                "this file is named twice", where=str(path), remedy="name every file once, and give weights"
            )
        seen.add(path.resolve())


@dataclass
class _Lots:
    """One source after the first pass: the lots of its rows in their order, by group."""

    groups: dict[str, array[int]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    unreadable: int = 0

    @property
    def size(self) -> int:
        return sum(map(len, self.groups.values()))

    def drawn(self, quota: int) -> dict[str, dict[int, int]]:
        """For each group: the number of a row in it → how often it is taken."""
        names = sorted(self.groups)
        sizes = [len(self.groups[name]) for name in names]
        rounds, rest = divmod(quota, self.size)
        shares = split_evenly(sizes, rest)
        found = {}
        for name, size, share in zip(names, sizes, shares, strict=True):
            lots = self.groups[name]
            chosen = heapq.nsmallest(share, range(size), key=lots.__getitem__)
            times = dict.fromkeys(range(size), rounds) if rounds else {}
            times.update((number, rounds + 1) for number in chosen)
            found[name] = times
        return found


def _draw_lots(path: Path, seed: int, split_by: str, strict: bool) -> _Lots:
    lots = _Lots()
    for each in pooled([path], strict=strict):
        if each.example is None:
            lots.unreadable += 1
            continue
        lots.keys.update(each.example.cell)
        group = each.example.cell.get(split_by, "")
        lots.groups.setdefault(group, array("Q")).append(rank(seed, each.example.id))
    return lots


def _check_key(split_by: str, lots: Sequence[_Lots]) -> None:
    known = set().union(*(each.keys for each in lots))
    if split_by and split_by not in known:
        raise BadInput(
            f"no row has '{split_by}' in its cell",
            where=f"--split-by {split_by}",
            remedy=nearest(split_by, known),
        )


def _take(path: Path, lots: _Lots, quota: int, split_by: str, waiting: _Shuffled, seed: int) -> None:
    """The second pass over one file: the rows drawn go to ``waiting``."""
    drawn = lots.drawn(quota)
    seen = dict.fromkeys(drawn, 0)
    for row, example, _ in pooled([path]):
        if example is None:
            continue
        group = example.cell.get(split_by, "")
        number = seen[group]
        seen[group] += 1
        for copy in range(drawn[group].get(number, 0)):
            waiting.add(_with_cell(row, example, path.name), rank(seed, f"{path.name} {example.id} {copy}"))


def _with_cell(row: Row, example: Example, file: str) -> Mapping[str, Any]:
    """The row with its source in its cell; a source that it has already is the first one, and stays."""
    own = row.data.get("cell")
    if own and "file" in example.cell:
        return row.data
    return {**row.data, "cell": {**example.cell, "file": example.cell.get("file", file)}}


class _Shuffled(AbstractContextManager["_Shuffled"]):
    """Rows on the disk, of which memory holds the lots and the places."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._places: list[tuple[int, int, int]] = []  # lot, start, length
        self._end = 0

    def add(self, row: Mapping[str, Any], lot: int) -> None:
        """Keep ``row`` for its turn."""
        line = json_line(row)
        self._file.write(line)
        self._places.append((lot, self._end, len(line)))
        self._end += len(line)

    def write(self, writer: RowWriter) -> None:
        """All rows in the order of their lots."""
        for _, start, length in sorted(self._places):
            self._file.seek(start)
            writer.write(json.loads(self._file.read(length)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
