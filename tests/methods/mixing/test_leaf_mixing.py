"""The laws of mixing skills across leaves: balanced in every leaf, varied, finite, and never moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.methods.mixing.leaf_mixing import Mix, mixes, space

SIZES = st.lists(st.integers(1, 5), min_size=3, max_size=8)


def check_balance(plan: Sequence[Mix], sizes: Sequence[int]) -> None:
    """Skills of each leaf are even in every prefix."""
    uses = [[0] * size for size in sizes]
    for mix in plan:
        for leaf, skill in mix.chosen:
            assert skill is not None
            uses[leaf][skill] += 1
            assert max(uses[leaf]) - min(uses[leaf]) <= 1


@given(SIZES, st.integers(2, 3), st.integers(1, 6), st.integers(0, 9))
@settings(max_examples=50, deadline=None)
def test_skills_are_even_in_every_leaf_at_every_moment(
    sizes: list[int], k: int, types: int, seed: int
) -> None:
    plan = list(islice(mixes(sizes, k, types, seed), 300))
    check_balance(plan, sizes)
    assert len(plan) == min(300, space(sizes, k) * types)
    seen: Counter[tuple[object, int]] = Counter()
    met: dict[object, set[int]] = {}
    for mix in plan:
        assert mix.occurrence == seen[mix.chosen, mix.kind]
        assert not mix.occurrence or len(met[mix.chosen]) == types, "a type again, though one was left"
        seen[mix.chosen, mix.kind] += 1
        met.setdefault(mix.chosen, set()).add(mix.kind)


def test_types_are_even_and_the_second_lap_takes_other_skills() -> None:
    plan = list(islice(mixes([6] * 10, 2, 12, 1), 90))
    check_balance(plan, [6] * 10)
    kinds = [0] * 12
    for mix in plan:
        kinds[mix.kind] += 1
        assert max(kinds) - min(kinds) <= 1
    first = {mix.leaves: mix for mix in plan[:45]}
    assert all(first[mix.leaves].chosen != mix.chosen for mix in plan[45:])
    assert all(first[mix.leaves].kind != mix.kind for mix in plan[45:])


@given(SIZES, st.integers(2, 3), st.integers(0, 80), st.integers(0, 40), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_a_plan_cut_anywhere_goes_on_as_if_it_never_had_been(
    sizes: list[int], k: int, cut: int, more: int, seed: int
) -> None:
    whole = list(islice(mixes(sizes, k, 3, seed), cut + more))
    assert list(islice(mixes(sizes, k, 3, seed, whole[:cut]), more)) == whole[cut:]


def test_a_skill_that_is_added_catches_up_in_its_leaf() -> None:
    done = list(islice(mixes([2, 2, 2, 2], 2, 4, 1), 12))
    plan = list(islice(mixes([3, 2, 2, 2], 2, 4, 1, done), 6))
    assert [mix.skills[0] for mix in plan if mix.leaves[0] == 0] == [2, 2, 2]


def test_a_mix_whose_skill_has_moved_still_counts_for_its_pair() -> None:
    done = [Mix((0, 1), (None, 0), 0)]
    plan = list(islice(mixes([1, 1, 1], 2, 1, 1, done), 2))
    assert {mix.leaves for mix in plan} == {(0, 2), (1, 2)}


def test_the_space_counts_sets_with_one_skill_a_leaf() -> None:
    assert space([2, 3, 4], 2) == 2 * 3 + 2 * 4 + 3 * 4
    assert space([2, 3, 4], 3) == 24
    assert space([5], 2) == 0
