"""Combinations grown one at a time from the skills used least; the laws stand in :mod:`.combinations`.

What comes next depends only on what came before and on the seed. So a plan may be cut anywhere, taken in
again with :meth:`Growth.take`, and goes on as if it had never been cut.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations as subsets
from math import comb

from tutelage.draw import draw

Combination = tuple[tuple[int, ...], int]

_TRIES = 40  # random sets tried before the sets are gone through
_ENUMERABLE = 5_000  # sets that are gone through one by one rather than tried at random


class _Shelves:
    """Skills by how often they were used, so that those used least are at hand."""

    def __init__(self, skills: int) -> None:
        self._uses = [0] * skills
        self._shelves: dict[int, list[int]] = {0: list(range(skills))}
        self._place = list(range(skills))

    def uses(self, skill: int) -> int:
        """How often ``skill`` was used."""
        return self._uses[skill]

    def use(self, skill: int) -> None:
        """Use ``skill`` once more."""
        count = self._uses[skill]
        shelf = self._shelves[count]
        last = shelf.pop()
        if last != skill:
            shelf[self._place[skill]] = last
            self._place[last] = self._place[skill]
        if not shelf:
            del self._shelves[count]
        self._uses[skill] = count + 1
        above = self._shelves.setdefault(count + 1, [])
        self._place[skill] = len(above)
        above.append(skill)

    def lowest(self) -> list[list[int]]:
        """The shelves, least used first."""
        return [self._shelves[count] for count in sorted(self._shelves)]


class Growth:
    """An iterator of combinations that keeps count; it ends when the space is exhausted."""

    def __init__(self, skills: int, k: int, types: int, seed: int) -> None:
        self._skills, self._k, self._types, self._seed = skills, k, types, seed
        self._sets = comb(skills, k)
        self._shelves = _Shelves(skills)
        self._type_uses = [0] * types
        self._met: dict[tuple[int, ...], set[int]] = {}
        self._used_up = [0] * (types + 1)  # how many sets were used at least so often
        self._taken = 0

    def take(self, combination: Combination) -> None:
        """Count a combination that was planned."""
        chosen, kind = combination
        for skill in chosen:
            self._shelves.use(skill)
        self._type_uses[kind] += 1
        met = self._met.setdefault(chosen, set())
        met.add(kind)
        self._used_up[len(met)] += 1
        self._taken += 1

    def __iter__(self) -> Iterator[Combination]:
        while self._taken < self._sets * self._types:
            combination = self._next()
            self.take(combination)
            yield combination

    def _level(self) -> int:
        """How often every set was used at least: only sets used no more often may come next."""
        return next(level for level in range(self._types) if self._used_up[level + 1] < self._sets)

    def _next(self) -> Combination:
        rng = draw(self._seed, f"skillmix/grown/{self._taken}")
        kinds = list(range(self._types))
        rng.shuffle(kinds)
        kinds.sort(key=self._type_uses.__getitem__)
        level = self._level()
        fewest = self._type_uses[kinds[0]]
        for kind in kinds:
            if self._type_uses[kind] == fewest and (chosen := self._near_the_bottom(kind, level, rng)):
                return chosen, kind
        return self._by_chance(kinds, level, rng) or self._least_harm(kinds, level)

    def _free(self, chosen: tuple[int, ...], kind: int, level: int) -> bool:
        met = self._met.get(chosen, ())
        return len(met) == level and kind not in met

    def _near_the_bottom(self, kind: int, level: int, rng: random.Random) -> tuple[int, ...] | None:
        """A free set of the skills used least, filled up from the next shelf where they are too few."""
        base: list[int] = []
        pool: list[int] = []
        for pool in self._shelves.lowest():
            if len(base) + len(pool) >= self._k:
                break
            base += pool
        wanted = self._k - len(base)
        for added in _candidates(pool, wanted, rng):
            chosen = tuple(sorted([*base, *added]))
            if self._free(chosen, kind, level) and self._can_go_on(pool, chosen, level):
                return chosen
        return None

    def _can_go_on(self, pool: Sequence[int], chosen: tuple[int, ...], level: int) -> bool:
        """Whether the skills that would be left on the shelf make free sets too; asked when few are left."""
        left = [skill for skill in pool if skill not in chosen] if len(pool) <= 3 * self._k else []
        return len(left) < self._k or self._divides(tuple(left), level)

    def _divides(self, left: tuple[int, ...], level: int) -> bool:
        """Whether ``left`` splits into sets used ``level`` times, fewer than k being left over."""
        if len(left) < self._k:
            return True
        spare = len(left) % self._k
        for first in range(spare + 1):  # the first skill that is not left over
            for others in subsets(left[first + 1 :], self._k - 1):
                chosen = tuple(sorted((left[first], *others)))
                rest = tuple(each for each in left[first + 1 :] if each not in others)
                if len(self._met.get(chosen, ())) == level and self._divides(rest, level):
                    return True
        return False

    def _by_chance(self, kinds: Sequence[int], level: int, rng: random.Random) -> Combination | None:
        """In a space too large to go through: a free set with one of the skills used least."""
        if self._sets <= _ENUMERABLE:
            return None
        shelves = self._shelves.lowest()
        band: list[int] = []
        for shelf in shelves:
            band += shelf
            for _ in range(_TRIES):
                if len(band) < self._k:
                    break
                first = rng.choice(shelves[0])
                others = rng.sample(band, self._k)
                chosen = tuple(sorted({first, *[each for each in others if each != first][: self._k - 1]}))
                met = self._met.get(chosen, ())
                if len(met) == level:
                    return chosen, next(kind for kind in kinds if kind not in met)
        return None

    def _least_harm(self, kinds: Sequence[int], level: int) -> Combination:
        """The free combination whose skills were used least; the types used least go first at a tie."""
        rank = {kind: number for number, kind in enumerate(kinds)}
        best: tuple[tuple[int, ...], int, str] | None = None
        found: Combination | None = None
        for chosen in subsets(range(self._skills), self._k):
            met = self._met.get(chosen, ())
            if len(met) != level:
                continue
            uses = tuple(sorted((self._shelves.uses(skill) for skill in chosen), reverse=True))
            kind = next(kind for kind in kinds if kind not in met)
            worth = (uses, rank[kind], repr(chosen))
            if best is None or worth < best:
                best, found = worth, (chosen, kind)
        if found is None:
            raise AssertionError("the space is not exhausted, so a set of this level is free")
        return found


def _candidates(pool: Sequence[int], wanted: int, rng: random.Random) -> Iterator[tuple[int, ...]]:
    """Sets of ``wanted`` skills: a few at random, then all of them where that is little work."""
    few = comb(len(pool), wanted) <= _ENUMERABLE
    for _ in range(4 if few else _TRIES):
        yield tuple(rng.sample(pool, wanted))
    if few:
        everything = list(subsets(pool, wanted))
        rng.shuffle(everything)
        yield from everything
