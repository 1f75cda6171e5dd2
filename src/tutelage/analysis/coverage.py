"""What a dataset covers: for every key of the examples' cells, how often each value occurs.

A value that names several things (``skills: rhyme + metaphor``) counts once for each, and the unordered pairs
of them are counted under a key of their own (``skill_pairs``). Case, spacing, and hyphens and underscores
between letters make no difference; the spelling that came first is shown.

The figures behind are those of :mod:`tutelage.analysis.evenness`.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

from tutelage.analysis.evenness import gini, pielou, richness, unseen_mass
from tutelage.records import Example
from tutelage.text import normalise

LISTED = 200  # values whose counts are told in full; of missing and unwanted names as many
SHOWN_VALUES = 6  # values with examples: the commonest and the rarest
SHOWN_EXAMPLES = 2  # for each of them
EXCERPT = 300  # characters of a text that is shown
PAIRED = 50  # things in one value up to which their pairs are counted

NOTHING = "none"  # what a cell says where it names no thing
_SEPARATORS = {"skills": " + ", "leaves": " + ", "constraints": "+"}
_PAIRS = {"skills": "skill_pairs", "leaves": "leaf_pairs", "constraints": "constraint_pairs"}
_WORD_BREAKS = re.compile(r"(?<=[^\W_])[-_]+(?=[^\W_])")
BETWEEN = " + "


def things(key: str, value: str) -> list[str]:
    """What ``value`` of a cell names, in order and each once: one thing, or several where ``key`` may hold a
    list; ``none`` names nothing there."""
    if key not in _SEPARATORS:
        return [value]
    named = (part.strip() for part in value.split(_SEPARATORS[key]))
    return list(dict.fromkeys(part for part in named if part and part != NOTHING))


@lru_cache(10_000)
def plain(value: str) -> str:
    """``value`` without what makes no difference: equal results are one value."""
    return normalise(_WORD_BREAKS.sub(" ", value))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The names that were to be covered under one key: how many, how many occur, and which do not;
    ``unlisted`` counts values that occur but are on no list."""

    names: int
    covered: int
    missing: tuple[str, ...]
    unlisted: int

    @property
    def share(self) -> float:
        """Covered of wanted, 0 to 1."""
        return self.covered / self.names if self.names else 0.0

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields; of the missing names the first :data:`LISTED`."""
        return {
            "names": self.names,
            "covered": self.covered,
            "share": self.share,
            "missing": list(self.missing[:LISTED]),
            "missing_count": len(self.missing),
            "unlisted": self.unlisted,
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as it is shown under its value: its id and the beginnings of its texts."""

    id: str
    instruction: str
    output: str

    def as_dict(self) -> dict[str, str]:
        """JSON-able fields."""
        return {"id": self.id, "instruction": self.instruction, "output": self.output}


@dataclass(frozen=True, slots=True)
class KeyCoverage:
    """One key. ``examples`` have it; ``counts`` are of its values, the commonest first and equal ones by
    name.

    ``possible`` is the number of values there could be, where it is known (for pairs: of the names wanted, or
    else seen). ``shown`` maps a few values to a few of their examples.
    """

    examples: int
    counts: tuple[tuple[str, int], ...]
    possible: int | None = None
    wanted: Wanted | None = None
    shown: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)

    @property
    def values(self) -> int:
        """How many values occur."""
        return len(self.counts)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields: the counts of the :data:`LISTED` commonest values, the others as ``rest``, and
        the figures over all of them."""
        counts = [count for _, count in self.counts]
        return {
            "examples": self.examples,
            "occurrences": sum(counts),
            "values": self.values,
            "counts": dict(self.counts[:LISTED]),
            "rest": {"values": len(counts[LISTED:]), "occurrences": sum(counts[LISTED:])},
            "max": max(counts, default=None),
            "min": min(counts, default=None),
            "evenness": pielou(counts),
            "gini": gini(counts),
            "unseen_mass": unseen_mass(counts),
            "richness_at_least": richness(counts),
            "possible": self.possible,
            "share_of_possible": self.values / self.possible if self.possible else None,
            "wanted": self.wanted.as_dict() if self.wanted else None,
            "shown": {value: [each.as_dict() for each in told] for value, told in self.shown.items()},
        }


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """The keys by name, in the order in which they first occur. ``without_cell`` counts examples that have
    none."""

    keys: Mapping[str, KeyCoverage]
    without_cell: int = 0

    def as_dict(self) -> dict[str, Any]:
        """An object for each key."""
        return {name: key.as_dict() for name, key in self.keys.items()}


def measure_coverage(
    examples: Sequence[Example],
    *,
    wanted: Mapping[str, Sequence[str]] | None = None,
    levels: Mapping[str, int] | None = None,
    seed: int = 0,
) -> CoverageReport:
    """What ``examples`` cover; ``wanted`` maps a key to the names that should be. A wanted key that no cell
    has is reported too, with nothing covered. ``levels`` maps a task to its depth in the tree; then the
    tasks' levels are counted as well. Which examples are shown depends on ``seed`` and their ids alone.
    """
    depths = {plain(task): str(level) for task, level in (levels or {}).items()}
    said = [list(_said(example, depths)) for example in examples]
    tallies: dict[str, _Tally] = {}
    for each in said:
        for key, values in each:
            tallies.setdefault(key, _Tally()).add(values)
    for key in wanted or {}:
        tallies.setdefault(key, _Tally())
    shown = _shown(examples, said, tallies, seed)
    keys = {}
    for key, tally in tallies.items():
        names = _first_spellings((wanted or {}).get(key, ()))
        found = _compared(tally, names) if wanted and key in wanted else None
        keys[key] = KeyCoverage(tally.examples, tally.ranked(), len(names) or None, found, shown.get(key, {}))
    return CoverageReport(_with_possible_pairs(keys), sum(not each.cell for each in examples))


_Said = list[tuple[str, list[str]]]  # keys, and what they name


def _said(example: Example, depths: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """The keys of a cell with what they name, after a list of several its pairs, after a task its level."""
    for key, value in example.cell.items():
        named = things(key, value)
        yield key, named
        if 1 < len(named) <= PAIRED:
            ordered = sorted(named, key=plain)
            yield _PAIRS[key], [BETWEEN.join(pair) for pair in combinations(ordered, 2)]
        if key == "task" and "level" not in example.cell and plain(value) in depths:
            yield "level", [depths[plain(value)]]


class _Tally:
    """Counts by the plain form of a value, with the spelling that came first."""

    def __init__(self) -> None:
        self.examples = 0
        self.counts: Counter[str] = Counter()
        self.spelling: dict[str, str] = {}

    def add(self, values: Iterable[str]) -> None:
        """Count what one example says."""
        self.examples += 1
        for form, value in _first_spellings(values).items():
            self.counts[form] += 1
            self.spelling.setdefault(form, value)

    def forms(self) -> list[str]:
        """The forms, the commonest first."""
        return sorted(self.counts, key=lambda form: (-self.counts[form], form))

    def ranked(self) -> tuple[tuple[str, int], ...]:
        """Spellings and counts, the commonest first."""
        return tuple((self.spelling[form], self.counts[form]) for form in self.forms())


def _first_spellings(values: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(plain(value), value)
    return found


def _compared(tally: _Tally, names: Mapping[str, str]) -> Wanted:
    missing = tuple(name for form, name in names.items() if form not in tally.counts)
    unlisted = sum(form not in names for form in tally.counts)
    return Wanted(len(names), len(names) - len(missing), missing, unlisted)


def _with_possible_pairs(keys: dict[str, KeyCoverage]) -> dict[str, KeyCoverage]:
    """``keys`` with the number of possible pairs under the keys of pairs."""
    for single, pairs in _PAIRS.items():
        if pairs in keys:
            found = keys[single]
            known = found.values + (len(found.wanted.missing) if found.wanted else 0)
            keys[pairs] = replace(keys[pairs], possible=known * (known - 1) // 2)
    return keys


def _shown(
    examples: Sequence[Example], said: Sequence[_Said], tallies: Mapping[str, _Tally], seed: int
) -> dict[str, dict[str, tuple[Shown, ...]]]:
    """For the commonest and the rarest values of each key some examples, drawn by the place of each."""
    chosen = {key: _ends(tally.forms(), SHOWN_VALUES) for key, tally in tallies.items()}
    drawn: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for number, example in enumerate(examples):
        for key, values in said[number]:
            for form in {plain(value) for value in values}.intersection(chosen[key]):
                place = (
                    -_lot(seed, key, form, example.id),
                    -number,
                )  # a heap of the least lots, the largest on top
                heap = drawn.setdefault((key, form), [])
                (heapq.heappush if len(heap) < SHOWN_EXAMPLES else heapq.heappushpop)(heap, place)
    shown: dict[str, dict[str, tuple[Shown, ...]]] = {}
    for key, forms in chosen.items():
        for form in forms:
            picked = sorted(-number for _, number in drawn.get((key, form), ()))
            texts = tuple(_excerpt(examples[number]) for number in picked)
            shown.setdefault(key, {})[tallies[key].spelling[form]] = texts
    return shown


def _ends(forms: list[str], most: int) -> list[str]:
    """Half of ``most`` from the beginning and half from the end; all where there are no more."""
    return forms if len(forms) <= most else [*forms[: most // 2], *forms[-(most - most // 2) :]]


def _lot(*place: object) -> int:
    text = "\x1f".join(map(str, place)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def _excerpt(example: Example) -> Shown:
    return Shown(example.id, _cut(example.instruction), _cut(example.output))


def _cut(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"
