from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.templating.capping import Candidate, capped
from tutelage.methods.templating.labelled_rows import LabelledRow
from tutelage.methods.templating.templates import Template

TEMPLATES = (Template("a", "x"), Template("b", "y"))


def candidates(rows: int) -> list[Candidate]:
    found = [LabelledRow(f"f:{n}", {"n": n}, "f", False, f"key {n}", 0) for n in range(rows)]
    return [(row, template) for row in found for template in TEMPLATES]


@given(st.integers(0, 40), st.integers(0, 20), st.integers(0, 20), st.integers(0, 3))
def test_each_template_keeps_its_quota_or_all(rows: int, first: int, second: int, seed: int) -> None:
    every = candidates(rows)
    counts = Counter(every[number][1].name for number in capped(every, {"a": first, "b": second}, seed))
    assert counts["a"] == min(rows, first)
    assert counts["b"] == min(rows, second)


@given(st.integers(1, 40), st.integers(1, 20))
def test_a_row_more_takes_at_most_one_place_a_template(rows: int, quota: int) -> None:
    before, after = candidates(rows), candidates(rows + 1)
    kept = capped(before, {"a": quota, "b": quota}, 1)
    still = capped(after, {"a": quota, "b": quota}, 1)
    assert len(kept - still) <= 2


def test_the_draw_is_the_seeds() -> None:
    every = candidates(200)
    drawn = [capped(every, {"a": 20, "b": 20}, seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert max(drawn[0]) > 100  # not the first rows
