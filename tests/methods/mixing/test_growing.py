"""Growth: combinations one at a time, from the skills used least."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.methods.mixing.growing import Growth


@given(st.integers(2, 6), st.integers(1, 2), st.integers(1, 4), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_a_small_space_is_gone_through_once(skills: int, k: int, types: int, seed: int) -> None:
    every = list(Growth(skills, k, types, seed))
    assert len(every) == len(set(every))
    sets = Counter(chosen for chosen, _ in every)
    assert set(sets.values()) == {types}
    assert all(list(chosen) == sorted(set(chosen)) and len(chosen) == k for chosen in sets)


@given(st.integers(3, 30), st.integers(1, 60), st.integers(0, 60), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_a_plan_cut_anywhere_goes_on_as_if_it_never_had_been(
    skills: int, n: int, cut: int, seed: int
) -> None:
    whole = list(islice(Growth(skills, 2, 3, seed), n))
    resumed = Growth(skills, 2, 3, seed)
    for combination in whole[:cut]:
        resumed.take(combination)
    assert [*whole[:cut], *islice(resumed, n - len(whole[:cut]))] == whole
