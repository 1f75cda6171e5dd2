"""The laws of a plan: distinct, balanced in every prefix, exhausted to the last, and never moved."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from itertools import combinations as subsets
from itertools import islice
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.methods.mixing.combinations import combinations
from tutelage.methods.mixing.growing import Combination
from tutelage.methods.mixing.query_types import read_query_types
from tutelage.methods.mixing.skills import merge, read_skills

SMALL = st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n), st.integers(1, 6)))


def spread(counts: Counter[int], of: int) -> int:
    return max(counts[each] for each in range(of)) - min(counts[each] for each in range(of))


def check(plan: Iterable[Combination], n: int, k: int, t: int, *, balanced: bool = True) -> int:
    """Assert the laws on every prefix; return the length."""
    seen: set[Combination] = set()
    sets: Counter[tuple[int, ...]] = Counter()
    skills: Counter[int] = Counter()
    types: Counter[int] = Counter()
    for chosen, kind in plan:
        assert (chosen, kind) not in seen
        assert sets[chosen] == 0 or len(sets) == comb(n, k), "a set came twice while one was unused"
        assert len(set(chosen)) == k
        assert tuple(sorted(chosen)) == chosen
        seen.add((chosen, kind))
        sets[chosen] += 1
        skills.update(chosen)
        types[kind] += 1
        if balanced:
            assert spread(skills, n) <= 1
            assert spread(types, t) <= 1
    return len(seen)


@given(SMALL, st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_small_spaces_are_walked_to_the_end_and_balanced_in_every_prefix(
    shape: tuple[int, int, int], seed: int
) -> None:
    n, k, t = shape
    exact = min(k, n - k) <= 2
    assert check(combinations(n, k, t, seed), n, k, t, balanced=exact) == comb(n, k) * t


@given(SMALL, st.integers(0, 3), st.data())
@settings(max_examples=60, deadline=None)
def test_a_plan_that_is_cut_off_goes_on_as_if_it_never_was(
    shape: tuple[int, int, int], seed: int, data: st.DataObject
) -> None:
    n, k, t = shape
    whole = list(combinations(n, k, t, seed))
    cut = data.draw(st.integers(0, len(whole)))
    assert list(combinations(n, k, t, seed, whole[:cut])) == whole


@given(st.integers(3, 7), st.integers(1, 3), st.integers(1, 3), st.data())
@settings(max_examples=60, deadline=None)
def test_after_any_other_beginning_the_space_is_still_walked_once(
    n: int, k: int, t: int, data: st.DataObject
) -> None:
    everything = [(chosen, kind) for chosen in subsets(range(n), k) for kind in range(t)]
    before = data.draw(st.lists(st.sampled_from(everything), unique=True))
    grown = list(combinations(n, k, t, 1, before))
    assert grown[: len(before)] == before
    assert sorted(grown) == sorted(everything)
    cut = data.draw(st.integers(len(before), len(grown)))
    assert list(combinations(n, k, t, 1, grown[:cut])) == grown


def test_a_skill_that_is_added_moves_nothing_and_catches_up() -> None:
    before = list(islice(combinations(40, 2, 5, 7), 100))
    after = list(islice(combinations(41, 2, 5, 7, before), 160))
    assert after[:100] == before
    uses: Counter[int] = Counter()
    for number, (chosen, _) in enumerate(after, start=1):
        uses.update(chosen)
        if number >= 110:
            assert spread(uses, 41) <= 1
    check(after, 41, 2, 5, balanced=False)


def test_k_of_three_is_balanced_too() -> None:
    assert check(islice(combinations(30, 3, 7, 3), 1_000), 30, 3, 7) == 1_000


def test_the_seed_decides() -> None:
    plans = {tuple(islice(combinations(20, 2, 4, seed), 30)) for seed in range(5)}
    assert len(plans) == 5


def test_all_pairs_are_about_equally_likely_to_come_early() -> None:
    early = Counter(chosen for seed in range(400) for chosen, _ in islice(combinations(6, 2, 2, seed), 3))
    assert len(early) == 15
    assert max(early.values()) < 2 * min(early.values())


@pytest.mark.parametrize(("n", "k", "t"), [(2, 3, 1), (3, 0, 1), (3, 1, 0), (0, 1, 1)])
def test_impossible_shapes_are_refused(n: int, k: int, t: int) -> None:
    with pytest.raises(ValueError, match=f"{k} of {n}"):
        next(combinations(n, k, t, 0))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_change_of_list_in_a_large_space_is_no_long_search(k: int) -> None:
    n = 2_761
    before = [one for one in islice(combinations(n, k, 13, 1), 4_000) if max(one[0]) < n // 2]
    began = time.perf_counter()
    check(islice(combinations(n // 2, k, 13, 1, before), 4_000), n // 2, k, 13, balanced=False)
    assert time.perf_counter() - began < 10  # 0.3 s on one idle core


@pytest.mark.parametrize("teacher", ["gpt-4-turbo-2024-04-09", "claude-3-5-sonnet-20240620"])
def test_four_thousand_combinations_of_the_published_lists(shared_data: Path, teacher: str) -> None:
    folder = shared_data / "skillmix" / teacher
    n = len(merge(read_skills(folder / "skills.txt")).skills)
    t = len(read_query_types(folder / "queries.txt"))
    began = time.perf_counter()
    plan = list(islice(combinations(n, 2, t, 42), 4_000))
    assert time.perf_counter() - began < 1
    assert len({chosen for chosen, _ in plan}) == 4_000
    skills = Counter(skill for chosen, _ in plan for skill in chosen)
    assert spread(skills, n) <= 1
    assert spread(Counter(kind for _, kind in plan), t) <= 1


def test_one_skill_at_a_time_ends_after_skills_times_types() -> None:
    assert check(islice(combinations(5, 1, 3, 0), 1_000), 5, 1, 3) == 15
