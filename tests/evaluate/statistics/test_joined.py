from __future__ import annotations

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.joined import by_id, figures, matched


def test_two_rows_of_one_question_are_refused() -> None:
    with pytest.raises(BadInput, match="two rows") as caught:
        by_id([("a", 1.0), ("b", None), ("a", 0.0)])
    assert "'a'" in caught.value.where
    assert by_id([("a", 1.0), ("b", None)]) == {"a": 1.0, "b": None}


def test_missing_preferences_are_counted_and_rows_are_sorted() -> None:
    found = figures({"b": 0.25, "c": None, "a": 1.0, "d": float("nan"), "e": float("inf")})
    assert found.questions == ("a", "b")
    assert found.values.tolist() == [1.0, 0.25]
    assert (len(found), found.missing) == (2, 3)


@pytest.mark.parametrize("rows", [{}, {"a": None}, {"a": float("nan")}])
def test_no_preference_at_all_is_refused(rows: dict[str, float | None]) -> None:
    with pytest.raises(BadInput, match="no question has"):
        figures(rows)


@pytest.mark.parametrize("value", [-0.01, 1.01, 1.5])
def test_a_preference_off_the_scale_names_its_question(value: float) -> None:
    with pytest.raises(BadInput, match="between 0 and 1") as caught:
        figures({"a": 0.5, "b": value})
    assert "'b'" in caught.value.where


def test_matching_keeps_what_both_have() -> None:
    a, b = matched({"x": 0.1, "y": 0.2, "z": None}, {"z": 0.3, "y": 0.4, "w": 0.5, "x": 0.6})
    assert a.questions == b.questions == ("x", "y")
    assert (a.missing, b.missing) == (1, 2)
    with pytest.raises(BadInput, match="in common"):
        matched({"x": 0.1}, {"y": 0.1})
