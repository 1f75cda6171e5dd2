"""By lot: nested, and moved by nobody else's row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from tutelage.records import Example
from tutelage.select.random import Random
from tutelage.select.selector import BEYOND, by_rank, rank

IDS = some.lists(some.text(max_size=6), unique=True, max_size=30)


def pool(ids: list[str]) -> list[Example]:
    return [Example(id, (), "") for id in ids]


@given(IDS, some.integers(1, 40), some.integers(0, 9))
def test_a_smaller_budget_is_a_prefix_and_everything_is_accounted_for(
    ids: list[str], budget: int, seed: int
) -> None:
    large = Random().select(pool(ids), budget, seed)
    small = Random().select(pool(ids[::-1]), budget // 2, seed)
    assert small.chosen == large.chosen[: budget // 2]
    assert len(large.chosen) == min(budget, len(ids))
    assert sorted(each.id for each in (*large.chosen, *large.left_out)) == sorted(ids)
    assert large.counts == ({BEYOND: len(ids) - budget} if len(ids) > budget else {})


@given(IDS, some.text(min_size=7, max_size=8), some.integers(1, 30))
def test_an_added_row_takes_at_most_one_place(ids: list[str], new: str, budget: int) -> None:
    before = {each.id for each in Random().select(pool(ids), budget, 0).chosen}
    after = {each.id for each in Random().select(pool([*ids, new]), budget, 0).chosen}
    assert len(before - after) <= 1
    assert after - before <= {new}


def test_seeds_draw_differently_and_evenly() -> None:
    ids = [str(number) for number in range(400)]
    first, second = ([each.id for each in by_rank(pool(ids), seed)] for seed in (1, 2))
    assert first != second
    assert sorted(first) == sorted(second)
    assert 150 < sum(rank(1, id) < 2**63 for id in ids) < 250
