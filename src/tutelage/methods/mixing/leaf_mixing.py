"""Which skills of which leaves go together, and with which query type.

Leaves come from the covering design (:mod:`.covering`). The laws of the rest:

1. in every leaf, skills are used equally often to within one, in every prefix of the plan;
2. among the skills that this allows, those come first that have met the others of the item least;
3. query types are used equally often to within one, unless a set of skills has met all that are due;
4. a set of skills meets a type again only when it has met every type, and the plan ends after as many items
   as there are different ones;
5. what comes next depends on what came before and the seed alone, so a plan may be cut anywhere.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations as subsets

from tutelage.draw import draw
from tutelage.methods.mixing.covering import Block, covering

SkillSet = tuple[tuple[int, int | None], ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """Leaves in order, the number of a skill in each (``None``: it is there no more), and a query type.

    ``occurrence`` counts the same mix before this one.
    """

    leaves: Block
    skills: tuple[int | None, ...]
    kind: int
    occurrence: int = 0

    @property
    def chosen(self) -> SkillSet:
        """Each leaf with its skill."""
        return tuple(zip(self.leaves, self.skills, strict=True))


def mixes(sizes: Sequence[int], k: int, types: int, seed: int, planned: Sequence[Mix] = ()) -> Iterator[Mix]:
    """The mixes that follow ``planned``; ``sizes`` are the numbers of skills of the leaves.

    Raises:
        ValueError: ``k`` is not between 2 and the number of leaves.
    """
    choice = _Choice(sizes, types, seed)
    for mix in planned:
        choice.take(mix)
    blocks = covering(len(sizes), k, seed, [mix.leaves for mix in planned])
    for _ in range(space(sizes, k) * types - len(planned)):
        mix = choice.next(next(blocks))
        choice.take(mix)
        yield mix


def space(sizes: Sequence[int], k: int) -> int:
    """How many sets of k skills there are, no two of them of one leaf."""
    sets = [1, *[0] * k]
    for size in sizes:
        for taken in range(k, 0, -1):
            sets[taken] += sets[taken - 1] * size
    return sets[k]


class _Choice:
    """Keeps count of what was used, and chooses skills and type for a block of leaves."""

    def __init__(self, sizes: Sequence[int], types: int, seed: int) -> None:
        self._seed = seed
        self._uses = [[0] * size for size in sizes]
        self._met: Counter[SkillSet] = Counter()  # pairs of skills
        self._type_uses = [0] * types
        self._leaves_met: Counter[tuple[Block, int]] = Counter()
        self._seen: Counter[tuple[SkillSet, int]] = Counter()
        self._taken = 0

    def take(self, mix: Mix) -> None:
        """Count a mix."""
        for leaf, skill in mix.chosen:
            if skill is not None:
                self._uses[leaf][skill] += 1
        self._met.update(subsets(mix.chosen, 2))
        self._type_uses[mix.kind] += 1
        self._leaves_met[mix.leaves, mix.kind] += 1
        self._seen[mix.chosen, mix.kind] += 1
        self._taken += 1

    def next(self, leaves: Block) -> Mix:
        """The mix for ``leaves``."""
        rng = draw(self._seed, f"skilltree/mix/{self._taken}")
        chosen: list[tuple[int, int]] = []
        for leaf in leaves:
            chosen.append((leaf, self._skill(leaf, chosen, rng)))
        kind = self._kind(leaves, tuple(chosen), rng)
        return Mix(leaves, tuple(skill for _, skill in chosen), kind, self._seen[tuple(chosen), kind])

    def _skill(self, leaf: int, others: Sequence[tuple[int, int]], rng: random.Random) -> int:
        uses = self._uses[leaf]
        fewest = min(uses)
        due = [skill for skill, used in enumerate(uses) if used == fewest]
        rng.shuffle(due)
        return min(due, key=lambda skill: sum(self._met[other, (leaf, skill)] for other in others))

    def _kind(self, leaves: Block, chosen: SkillSet, rng: random.Random) -> int:
        kinds = list(range(len(self._type_uses)))
        rng.shuffle(kinds)
        kinds.sort(key=lambda kind: (self._type_uses[kind], self._leaves_met[leaves, kind]))
        return next((kind for kind in kinds if not self._seen[chosen, kind]), kinds[0])
