"""MT-Bench's figures: means over turns, errors over questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.bench import Evidence, Judgement, Question
from tutelage.evaluate.mt_figures import lines, mean_of, pair_figures, single_figures
from tutelage.evaluate.orders import paired


@given(st.lists(st.floats(1, 10), min_size=2, max_size=20))
def test_one_value_a_question_gives_the_plain_standard_error(values: list[float]) -> None:
    found = mean_of([(str(at), 1, value) for at, value in enumerate(values)], "score")
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    assert found["score"] == pytest.approx(mean)
    assert found["standard_error"] == pytest.approx((variance / len(values)) ** 0.5, abs=1e-9)


def test_turns_of_one_question_are_not_independent() -> None:
    apart = mean_of([(str(at), 1, float(at % 2)) for at in range(20)], "reward")
    together = mean_of([(str(at // 4 % 5), 1, float(at // 4 % 2)) for at in range(20)], "reward")
    assert together["standard_error"] > 1.5 * apart["standard_error"]
    assert mean_of([("q", 1, 5.0)], "score")["standard_error"] is None
    assert mean_of([], "x") == {"x": None, "standard_error": None, "interval": None, "graded": 0}


@given(st.lists(st.floats(1, 10), min_size=2, max_size=20))
def test_the_interval_stays_on_the_scale_and_has_a_width(values: list[float]) -> None:
    found = mean_of([(str(at), 1, value) for at, value in enumerate(values)], "score")
    low, high = found["interval"]
    assert 1 <= low <= found["score"] + 1e-9
    assert found["score"] - 1e-9 <= high <= 10
    assert high - low > 1 / len(values)


def test_equal_grades_say_more_the_more_there_are() -> None:
    widths = []
    for n in (2, 3, 10, 80):
        low, high = mean_of([(str(at), 1, 3.0) for at in range(n)], "score")["interval"]
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert 0.05 < widths[-1] < 0.6


def test_grades_by_turn_and_category_and_what_is_missing() -> None:
    questions = {
        name: Question(name, (), category=group)
        for name, group in (("1", "math"), ("2", "stem"), ("3", "stem"))
    }
    rows = [
        Judgement("1", "me", 8.0, turn=1),
        Judgement("1", "me", 4.0, turn=2),
        Judgement("2", "me", 6.0, turn=1),
        Judgement("2", "me", None, turn=2),
        Judgement("3", "me", None, raw="no judgement: gave_up"),
    ]
    found = single_figures(paired(rows), Evidence(questions))
    assert found["score"] == 6.0
    assert {turn: each["score"] for turn, each in found["turns"].items()} == {"1": 7.0, "2": 4.0}
    assert (found["n"], found["missing"], found["unreadable"]) == (2, 1, 2)
    assert {name: each["score"] for name, each in found["categories"].items()} == {"math": 6.0, "stem": 6.0}
    assert len(lines({"me": found, "sanity:empty": found})) == 2


def test_wins_ties_and_losses() -> None:
    rows = [
        Judgement(question, "me", value, "base", swapped=swapped, turn=1)
        for question, values in (("1", (1.0, 1.0)), ("2", (0.0, 1.0)), ("3", (0.0, 0.0)), ("4", (None, 1.0)))
        for swapped, value in zip((False, True), values, strict=True)
    ]
    found = pair_figures(paired(rows), Evidence())
    assert (found["win"], found["tie"], found["lose"], found["unreadable"]) == (1, 1, 1, 1)
    assert found["adjusted_win_rate"] == 50.0
    assert found["win_rate"] == pytest.approx(100 / 3)
