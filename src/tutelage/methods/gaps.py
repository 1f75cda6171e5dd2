"""Gaps: the cells that a dataset should cover, how often it does, and which cells lie next to one.

A row covers a wanted cell when its own cell says the same for each of the wanted keys; other keys count
nothing. Where a cell names several things (``skills: rhyme + metaphor``), a row covers one if it is among
them. Case and spacing make no difference; of skills, neither do hyphens and underscores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.methods.mixing.near_forms import form
from tutelage.methods.mixing.skills import merge, read_skills
from tutelage.methods.trees.tree import name_key, read_tree
from tutelage.records import Cell, canonical
from tutelage.rows import read_rows
from tutelage.text import unicode_tokens

ABOUT = "about"  # the column of a file of cells that is no key, but says more about the cell
SKILLS = "skills"
_LISTS = (SKILLS, "leaves")  # keys whose value may name several things
_BETWEEN = " + "

Part = tuple[str, str]  # a key, and one thing of its value in its plainest form


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cell that should be covered; ``about`` says more in words, where somebody did."""

    cell: Cell
    about: str = ""

    @property
    def name(self) -> str:
        """The cell as one text; equal cells, equal names."""
        return canonical(dict(self.cell))


@dataclass(frozen=True, slots=True)
class Gap:
    """How often a cell is covered, and how often it should be."""

    wanted: Wanted
    had: int
    per_cell: int

    @property
    def missing(self) -> int:
        """Examples that are missing."""
        return max(0, self.per_cell - self.had)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields: ``cell``, ``wanted``, ``had``, ``missing``."""
        return {
            "cell": dict(self.wanted.cell),
            "wanted": self.per_cell,
            "had": self.had,
            "missing": self.missing,
        }


def parts(cell: Cell) -> set[Part]:
    """What a cell says, one thing at a time."""
    found = set()
    for key, value in cell.items():
        for each in value.split(_BETWEEN) if key in _LISTS else [value]:
            found.add((key, form(each) if key == SKILLS else name_key(each)))
    return found


def in_words(cell: Cell) -> str:
    """A cell for a prompt: its value where it has one key, else ``key: value`` by key."""
    if len(cell) == 1:
        return next(iter(cell.values()))
    return "; ".join(f"{key.replace('_', ' ')}: {value}" for key, value in cell.items())


class Coverage:
    """The cells of a dataset with their counts; each distinct cell has a number, from 0."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self.counts: list[int] = []
        self._numbers: dict[str, int] = {}
        self._by_part: dict[Part, set[int]] = {}
        self._by_token: dict[str, set[int]] = {}
        self._tokens: list[int] = []

    def add(self, cell: Cell) -> int:
        """Count one row of ``cell`` and return the cell's number."""
        name = canonical(dict(cell))
        number = self._numbers.setdefault(name, len(self.cells))
        if number == len(self.cells):
            self.cells.append(dict(cell))
            self.counts.append(0)
            for part in parts(cell):
                self._by_part.setdefault(part, set()).add(number)
            tokens = _tokens(cell)
            self._tokens.append(len(tokens))
            for token in tokens:
                self._by_token.setdefault(token, set()).add(number)
        self.counts[number] += 1
        return number

    def covering(self, cell: Cell) -> set[int]:
        """The numbers of the cells that cover ``cell``."""
        found = [self._by_part.get(part, set()) for part in parts(cell)]
        return set.intersection(*found) if found else set()

    def had(self, cell: Cell) -> int:
        """How many rows cover ``cell``."""
        return sum(self.counts[number] for number in self.covering(cell))

    def near(self, cell: Cell) -> list[int]:
        """The numbers of cells that share something with ``cell``, nearest first: what they say alike counts
        one each, and so does the share of words that they have in common. At a tie the earlier one."""
        worth: Counter[int] = Counter()
        for part in parts(cell):
            worth.update(self._by_part.get(part, ()))
        tokens = _tokens(cell)
        shared: Counter[int] = Counter()
        for token in tokens:
            shared.update(self._by_token.get(token, ()))
        scores = {
            number: worth[number] + 2 * shared[number] / (len(tokens) + self._tokens[number])
            for number in shared.keys() | worth.keys()
        }
        return sorted(scores, key=lambda number: (-scores[number], number))

    def check_keys(self, wanted: Iterable[Wanted], place: str) -> None:
        """Refuse wanted cells with a key that no row has: nothing could ever cover them.

        Raises:
            BadInput: names the key, and the nearest that rows have.
        """
        known = {key for cell in self.cells for key in cell}
        for each in wanted:
            for key in each.cell:
                if key not in known:
                    raise BadInput(
                        f"no row has '{key}' in its cell, so every cell would count as empty",
                        where=place,
                        remedy=f'{nearest(key, known)}; rows tell it as "cell": {{"{key}": "…"}}',
                    )


def _tokens(cell: Cell) -> set[str]:
    return {token for value in cell.values() for token in unicode_tokens(value)}


def distinct(wanted: Iterable[Wanted]) -> list[Wanted]:
    """``wanted`` in its order; of cells that say the same, the first."""
    found: dict[frozenset[Part], Wanted] = {}
    for each in wanted:
        found.setdefault(frozenset(parts(each.cell)), each)
    return list(found.values())


def of_tree(path: Path, leaves: bool) -> list[Wanted]:
    """One cell ``{"task": name}`` for every task of a tree that is not pruned, or for its leaves alone.

    Raises:
        BadInput: the file holds no tree.
    """
    tree = read_tree(path)
    visits = tree.leaves() if leaves else tree.tasks()
    return [Wanted({"task": visit.node.name}, visit.node.reason) for visit in visits]


def of_skills(path: Path) -> list[Wanted]:
    """One cell ``{"skills": name}`` for every skill of a list; names that differ in form alone are one.

    Raises:
        BadInput: the file holds no skill.
    """
    return [Wanted({SKILLS: name}) for name in merge(read_skills(path), near=False).names]


def read_cells(path: Path) -> list[Wanted]:
    """The cells of a file, a flat row each (JSON list, JSON Lines, CSV, TSV); ``about`` is no key of them.

    Raises:
        BadInput: the file cannot be read, or a row is empty or not flat.
    """
    return [_read_cell(row.data, row.place) for row in read_rows(path)]


def _read_cell(data: Mapping[str, Any], place: str) -> Wanted:
    cell = {}
    for key, value in data.items():
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise BadInput(
                f"a cell is flat, but '{key}' is {value!r}",
                where=place,
                remedy='write cells such as {"task": "haiku", "kind": "advice"}',
            )
        cell[key] = str(value).strip()
    about = cell.pop(ABOUT, "")
    if not cell:
        raise BadInput("this cell has no key", where=place, remedy='write cells such as {"task": "haiku"}')
    return Wanted(cell, about)
