from __future__ import annotations

from comparisons import both
from tutelage.evaluate.bench import Judgement
from tutelage.evaluate.scales import measure_of, preferences


def test_half_a_comparison_has_no_preference() -> None:
    judged = [*both("q1", "a", 0.8), both("q2", "a", 0.8)[0]]
    found = preferences(measure_of(judged), judged)["a"]
    assert found["q1"] == 0.8
    assert found["q2"] is None


def test_turns_are_averaged_on_the_scale_of_grades() -> None:
    judged = [Judgement("q", "a", 10.0, turn=1), Judgement("q", "a", 1.0, turn=2)]
    measure = measure_of(judged)
    assert (measure.low, measure.high, measure.points) == (1.0, 10.0, 9.0)
    assert preferences(measure, judged) == {"a": {"q": 0.5}}


def test_no_match_asked_for_is_not_wrong() -> None:
    judged = [
        Judgement("q", "a", None, judge="rule", facts={"bytes": 3}),
        Judgement("p", "a", 1.0, judge="rule"),
    ]
    assert preferences(measure_of(judged), judged)["a"]["q"] is None
