"""A covering design: blocks of k units in such an order that every pair of units is met early and evenly.

The laws of the endless order over n units:

1. k = 2: every pair once, before any pair twice; and so on, lap by lap. Within a lap units are used equally
   often to within one in every prefix (the tournament of :mod:`.combinations`).
2. k > 2: a block meets k(k − 1)/2 pairs at once, some of them again where that cannot be helped; but every
   pair is met before the design begins its next lap, and every block meets a pair that the lap still lacks.
3. Chance comes from ``draw(seed, place)`` alone. What was planned before counts: an order that is cut off
   and continued is the order that was never cut off. Where the units have changed in between, it goes on
   from the pairs met least.

Larger blocks are chosen greedily, as for the covering tables of Gordon, Kuperberg and Patashnik, "New
Constructions for Covering Designs" (1995): the block that meets most missing pairs, here out of a few that
are grown from the units used least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations as subsets
from itertools import count, islice

from tutelage.draw import draw
from tutelage.methods.mixing.combinations import balanced_sets

Block = tuple[int, ...]

_STARTS = 12  # blocks that are grown for the best to be taken


def covering(units: int, k: int, seed: int, planned: Sequence[Block] = ()) -> Iterator[Block]:
    """The blocks that follow ``planned``, without end; units are numbers below ``units``, blocks sorted.

    Raises:
        ValueError: ``k`` is not between 2 and ``units``.
    """
    if not 2 <= k <= units:
        raise ValueError(f"cannot take blocks of {k} out of {units} units")
    if k == 2 and _follows(planned, _laps(units, seed)):
        yield from islice(_laps(units, seed), len(planned), None)
        return
    greedy = _Greedy(units, k, seed)
    for block in planned:
        greedy.take(block)
    while True:
        block = greedy.best()
        greedy.take(block)
        yield block


def _follows(planned: Iterable[Block], design: Iterator[Block]) -> bool:
    return all(block == next(design) for block in planned)


def _laps(units: int, seed: int) -> Iterator[Block]:
    """All pairs in a balanced order, then all of them in another one, and so on."""
    for lap in count():
        yield from balanced_sets(units, 2, seed, f"skilltree/lap/{lap}")


class _Greedy:
    """Counts how often pairs were met and units used; ``best`` depends on nothing else but the seed.

    ``_missing[unit]`` is a set of units as bits: the partners that it has met least of all pairs.
    """

    def __init__(self, units: int, k: int, seed: int) -> None:
        self._units, self._k, self._seed = units, k, seed
        self._met = [[0] * units for _ in range(units)]
        self._uses = [0] * units
        self._taken = 0
        self._lap = 0
        self._left = 0
        self._missing: list[int] = []
        self._begin_lap()

    def take(self, block: Block) -> None:
        """Count a block."""
        self._taken += 1
        for unit in block:
            self._uses[unit] += 1
        for one, other in subsets(block, 2):
            self._met[one][other] += 1
            self._met[other][one] += 1
            if self._missing[one] >> other & 1:
                self._missing[one] ^= 1 << other
                self._missing[other] ^= 1 << one
                self._left -= 1
        while not self._left:
            self._lap += 1
            self._begin_lap()

    def _begin_lap(self) -> None:
        """Find the pairs that were met no more often than ``_lap`` times."""
        self._missing = [
            sum(1 << other for other, met in enumerate(row) if met <= self._lap and other != unit)
            for unit, row in enumerate(self._met)
        ]
        self._left = sum(missing.bit_count() for missing in self._missing) // 2

    def best(self) -> Block:
        """The block to come next."""
        worth = self._worth()
        wanting = [unit for unit in range(self._units) if self._missing[unit]]
        wanting.sort(key=worth.__getitem__, reverse=True)
        best: tuple[tuple[int, int, int], Block] | None = None
        for number, start in enumerate(wanting[:_STARTS]):
            gain, block = self._grown(start, worth)
            rating = (gain, -sum(self._uses[unit] for unit in block), -number)
            if best is None or rating > best[0]:
                best = rating, block
        if best is None:
            raise AssertionError("a lap that lacks no pair has ended")
        return tuple(sorted(best[1]))

    def _worth(self) -> list[int]:
        """One number for every unit: the larger, the less it was used; chance decides between equals."""
        rank = list(range(self._units))
        draw(self._seed, f"skilltree/block/{self._taken}").shuffle(rank)
        most = max(self._uses)
        return [(most - used) * self._units + rank[unit] for unit, used in enumerate(self._uses)]

    def _grown(self, start: int, worth: Sequence[int]) -> tuple[int, Block]:
        """A block around ``start``, and how many missing pairs it meets.

        The unit that is added meets most missing pairs; the worthiest one among equals.
        """
        block, bits, gain = [start], 1 << start, 0
        step = max(worth) + 1
        for _ in range(self._k - 1):
            scores = [
                (missing & bits).bit_count() * step + own
                for missing, own in zip(self._missing, worth, strict=True)
            ]
            for unit in block:
                scores[unit] = -1
            highest = max(scores)
            added = scores.index(highest)
            gain += highest // step
            block.append(added)
            bits |= 1 << added
        return gain, tuple(block)
