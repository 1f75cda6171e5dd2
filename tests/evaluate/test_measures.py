"""What models are compared by, question by question."""

from __future__ import annotations

from tutelage.evaluate.bench import Judgement
from tutelage.evaluate.measures import by_question, known, of_pairs, percent
from tutelage.evaluate.orders import paired


def test_turns_are_averaged_and_a_turn_without_figure_leaves_the_question_out() -> None:
    seen = [("a", "q1", 4.0), ("a", "q1", 8.0), ("a", "q2", 4.0), ("a", "q2", None)]
    found = by_question(seen, lambda each: each[:2], lambda each: each[2])
    assert found == {"a": {"q1": 6.0, "q2": None}}
    assert known(found["a"]) == {"q1": 6.0}


def test_both_orders_are_one_figure_against_the_baseline() -> None:
    judged = [
        Judgement("q", "new", value, "old", "J", swapped=order)
        for order, value in ((False, 1.0), (True, 0.5))
    ]
    made = of_pairs(paired(judged), "win rate", lambda each: percent(each.preference))
    assert made.values == {"new": {"q": 75.0}}
    assert made.versus == "old"


def test_several_baselines_are_none_and_nothing_is_no_share() -> None:
    judged = [Judgement("q", "new", 1.0, baseline, "J") for baseline in ("old", "older")]
    assert of_pairs(paired(judged), "win rate", lambda each: percent(each.preference)).versus == ""
    assert percent(None) is None
