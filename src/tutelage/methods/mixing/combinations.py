"""Which skills and which query type go together, in which order.

The laws of a plan over n skills, k of them at a time, and t query types:

1. no (skill set, query type) twice; no skill set twice while an unused one remains;
2. skills are used equally often to within one, in every prefix of the plan, and query types too;
3. chance comes from ``draw(seed, place)`` alone, and the plan is lazy;
4. what was planned before stays, in its order, and counts; so a plan that is cut off and continued is the
   plan that was never cut off, and a skill added later moves nothing.

A fresh plan is *designed*: first an order of all sets, then that order again for every query type. With k or
n − k at most 2 the order is a round-robin tournament (n even) or a decomposition of the complete graph into
Hamiltonian cycles (Walecki, n odd) over shuffled skills, which is balanced to the last pair. Other orders,
and the continuation of a plan whose list of skills has changed, are *grown* item by item from the skills used
least (:mod:`.growing`). They break law 2 only where no unused set was found that keeps it:
close to exhaustion, or until skills whose use was unequal have caught up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import comb, gcd

from tutelage.draw import draw
from tutelage.methods.mixing.growing import Combination, Growth


def combinations(
    skills: int, k: int, types: int, seed: int, planned: Sequence[Combination] = ()
) -> Iterator[Combination]:
    """``planned``, then further combinations until the space is exhausted.

    Skills and types are numbers below ``skills`` and ``types``; a combination is a sorted tuple of k skills,
    and a type. ``planned`` must hold no combination twice; it need not obey the other laws.

    Raises:
        ValueError: ``k`` is not between 1 and ``skills``, or there is no type.
    """
    if not 1 <= k <= skills or types < 1:
        raise ValueError(f"cannot take {k} of {skills} skills with {types} query types")
    yield from planned
    if _follows(planned, _designed(skills, k, types, seed)):
        yield from islice(_designed(skills, k, types, seed), len(planned), None)
        return
    growth = Growth(skills, k, types, seed)
    for combination in planned:
        growth.take(combination)
    yield from growth


def _follows(planned: Iterable[Combination], design: Iterator[Combination]) -> bool:
    return all(one == next(design, None) for one in planned)


def _designed(skills: int, k: int, types: int, seed: int) -> Iterator[Combination]:
    """All sets in a balanced order, and that order again for every type.

    Item number m gets type m mod t, plus one for every time that the m mod t pattern has come full circle
    over the sets: so types alternate evenly, and no set meets a type twice.
    """
    names = list(range(types))
    draw(seed, "skillmix/types").shuffle(names)
    sets = comb(skills, k)
    circle = types // gcd(sets, types)
    for turn in range(types):
        for number, chosen in enumerate(balanced_sets(skills, k, seed)):
            yield chosen, names[(turn * sets + number + turn // circle) % types]


def balanced_sets(skills: int, k: int, seed: int, place: str = "skillmix") -> Iterator[tuple[int, ...]]:
    """Every k-set of ``skills`` numbers once, skills being used equally often in every prefix.

    Two places give two orders: chance is drawn there.
    """
    if min(k, skills - k) > 2:
        yield from (chosen for chosen, _ in Growth(skills, k, 1, seed))
        return
    if skills - k < k and k > 2:  # what is left out is balanced, so what is taken is
        everything = range(skills)
        for left_out in balanced_sets(skills, skills - k, seed, place) if skills > k else iter([()]):
            yield tuple(each for each in everything if each not in left_out)
        return
    order = list(range(skills))
    draw(seed, f"{place}/skills").shuffle(order)
    if k == 1:
        yield from ((each,) for each in order)
        return
    pairs = _tournament(skills, seed, place) if skills % 2 == 0 else _cycles(skills, seed, place)
    for one, other in pairs:
        first, second = order[one], order[other]
        yield (first, second) if first < second else (second, first)


def _tournament(players: int, seed: int, place: str) -> Iterator[tuple[int, int]]:
    """All pairs of an even number of players: everybody plays once a round (circle method)."""
    last = players - 1
    rounds = list(range(last))
    draw(seed, f"{place}/rounds").shuffle(rounds)
    for turn in rounds:
        games = [(turn, last)]
        games += [((turn + step) % last, (turn - step) % last) for step in range(1, players // 2)]
        draw(seed, f"{place}/round/{turn}").shuffle(games)
        yield from games


def _cycles(points: int, seed: int, place: str) -> Iterator[tuple[int, int]]:
    """All pairs of an odd number of points, cycle by cycle (Walecki's zigzags around a centre).

    Along a cycle every second edge comes first: after half of them all points were met once, one twice.
    """
    half, ring = points // 2, points - 1
    turns = list(range(half))
    draw(seed, f"{place}/rounds").shuffle(turns)
    for turn in turns:
        zigzag = [(turn + (step + 1) // 2 * (1 if step % 2 else -1)) % ring for step in range(ring)]
        cycle = [ring, *zigzag] if ring else [ring]
        start = draw(seed, f"{place}/round/{turn}").randrange(points)
        for edge in [*range(0, points, 2), *range(1, points, 2)]:
            yield cycle[(start + edge) % points], cycle[(start + edge + 1) % points]
