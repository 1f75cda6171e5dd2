"""The pool of parents, generation by generation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.generations import pool
from tutelage.methods.seeding.seeds import Seed
from tutelage.records import Example

SEEDS = [Seed(f"Tell me about {name}.", "Be brief.") for name in ("bees", "tides", "salt")]


def child(name: str, parent: str, round: int, seed: str = "s") -> Example:
    cell = {"operator": "deepen", "round": str(round)}
    lineage = {"parent": parent, "seed": seed}
    return Example.single_turn(f"Question {name}?", "A.", id=name, cell=cell, lineage=lineage)


def test_seeds_are_the_first_parents() -> None:
    parents = pool(SEEDS, [], 0, retry=True)
    assert [each.question for each in parents.values()] == [each.question for each in SEEDS]
    assert all(name == each.id == each.root for name, each in parents.items())


def test_a_child_takes_its_parents_place_and_the_childless_wait() -> None:
    first, second, third = (each.id for each in SEEDS)
    accepted = [child("a", second, 0, second), child("b", "a", 1, second)]
    after = pool(SEEDS, accepted, 2, retry=True)
    assert list(after) == [first, third, "b"]
    assert after["b"].root == second
    assert list(pool(SEEDS, accepted, 2, retry=False)) == ["b"]
    assert list(pool(SEEDS, accepted[:1], 2, retry=False)) == []


def test_what_a_round_accepts_counts_only_later() -> None:
    accepted = [child("a", SEEDS[0].id, 0), child("b", SEEDS[1].id, 1)]
    assert list(pool(SEEDS, accepted, 0, retry=True)) == [each.id for each in SEEDS]
    assert list(pool(SEEDS, accepted, 1, retry=True)) == [SEEDS[1].id, SEEDS[2].id, "a"]


@given(st.lists(st.sets(st.integers(0, 2)), max_size=4))
def test_with_retry_the_pool_keeps_its_size(rounds: list[set[int]]) -> None:
    """Whichever parents have a child, one line of descent is left for every seed."""
    accepted: list[Example] = []
    for number, chosen in enumerate(rounds):
        parents = list(pool(SEEDS, accepted, number, retry=True).values())
        picked = [each for place, each in enumerate(parents) if place in chosen]
        accepted += [child(f"{number}-{each.id}", each.id, number, each.root) for each in picked]
    parents = list(pool(SEEDS, accepted, len(rounds), retry=True).values())
    assert sorted(each.root for each in parents) == sorted(each.id for each in SEEDS)
