"""The farthest row next, as a slow loop would choose it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tutelage.records import Example
from tutelage.select.kcenter import KCenter

Make = Callable[..., Example]
BY_E = KCenter(embedding_field="e")


def at(angle: float, name: str = "") -> Example:
    """A row in the direction of ``angle`` degrees."""
    spot = [math.cos(math.radians(angle)), math.sin(math.radians(angle))]
    return Example(name or f"{angle}", (), "", lineage={"e": spot})


def test_the_middle_then_the_ends() -> None:
    pool = [at(angle) for angle in (0, 40, 45, 50, 90)]
    selection = BY_E.select(pool, 3, 0)
    assert selection.chosen[0].id == "45"
    assert {each.id for each in selection.chosen[1:]} == {"0", "90"}
    assert selection.chosen[0].score == 0
    assert selection.chosen[1].score == pytest.approx(1 - math.cos(math.radians(45)))
    assert {(each.id, each.witness) for each in selection.left_out} == {("40", "45"), ("50", "45")}


@given(some.lists(some.integers(0, 359), unique=True, min_size=1, max_size=15), some.integers(1, 15))
def test_every_choice_is_the_farthest(angles: list[int], budget: int) -> None:
    pool = [at(angle) for angle in angles]
    chosen = BY_E.select(pool, budget, 1).chosen
    assert len(chosen) == min(budget, len(angles))
    picked = [float(each.id) for each in chosen]

    def distance(one: float, others: list[float]) -> float:
        return min(1 - math.cos(math.radians(one - other)) for other in others)

    for number in range(1, len(picked)):
        best = max(distance(angle, picked[:number]) for angle in angles if angle not in picked[:number])
        assert distance(picked[number], picked[:number]) == pytest.approx(best, abs=1e-9)
        assert chosen[number].score == pytest.approx(best, abs=1e-9)
    assert BY_E.select(pool[::-1], max(1, budget // 2), 1).chosen == chosen[: max(1, budget // 2)]


def test_words_stand_in_for_embeddings(row: Make) -> None:
    sea = [row(f"Write a poem about the sea in {when}.") for when in ("May", "June", "July", "August")]
    pool = [*sea, row("List three prime numbers above one hundred.", "101, 103, 107")]
    chosen = KCenter().select(pool, 2, 0).chosen
    assert "List three prime numbers above one hundred." in {each.id for each in chosen}


def test_twins_come_last_and_rows_without_embeddings_not_at_all() -> None:
    pool = [at(0, "a"), at(0, "b"), at(90, "c"), Example("none", (), "")]
    selection = BY_E.select(pool, 2, 0)
    assert "c" in {each.id for each in selection.chosen}
    assert selection.counts == {"beyond_budget": 1, "no_embedding": 1}
    assert len(BY_E.select(pool, 9, 0).chosen) == 3
    assert BY_E.select(pool, 0, 0).counts == {"beyond_budget": 3, "no_embedding": 1}
    assert KCenter().select([], 3, 0).chosen == ()
