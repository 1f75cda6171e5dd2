"""What is told of a judge beside any figure."""

from __future__ import annotations

import pytest

from tutelage.evaluate.bench import CALL_FAILED, Evidence, Figures, Judgement
from tutelage.evaluate.judge_notes import FLIPS, failed, habit_lines, judge_notes


def habits(flips: float) -> dict[str, float]:
    return {"first_position": 64.0, "flip_rate": flips, "both_orders": 40}


@pytest.mark.parametrize(("flips", "warned"), [(FLIPS - 1, False), (FLIPS, True), (100.0, True)])
def test_habits_are_always_told_and_loudly_where_the_order_decides(flips: float, warned: bool) -> None:
    lines = habit_lines(habits(flips))
    assert "first won 64 %" in lines[0]
    assert f"{flips:.0f} % of 40" in lines[0]
    assert any(line.startswith("WARNING") for line in lines) == warned


def test_without_orders_nothing_is_told() -> None:
    assert habit_lines({}) == []
    assert judge_notes(Figures("mt-bench", {}), None, Evidence()) == []


def test_an_empty_answer_that_does_not_lose_is_told_loudly() -> None:
    def told(detected: float) -> list[str]:
        judge = Figures("judge-check", {"empty": {"n": 20, "detected": detected}})
        figures = Figures("alpaca-eval", {}, {"habits": {"all": habits(5), "mine": habits(90)}})
        return judge_notes(figures, judge, Evidence())

    assert any("empty answer lost on only 0% of 20 questions" in line for line in told(0.0))
    assert not any(line.startswith("WARNING") for line in told(1.0))


def test_calls_that_failed_are_counted_with_their_reasons() -> None:
    calls = [
        Judgement(f"q{at}", "mine", None, raw=f"no judgement: {why}", facts={"problem": CALL_FAILED})
        for at, why in enumerate(["refused", "refused", "timeout"])
    ]
    evidence = Evidence(judgements=[*calls, Judgement("q9", "mine", None, raw="hm")])
    assert failed(evidence) == {"mine": 3}
    assert judge_notes(Figures("b", {}), None, evidence) == [
        "the judge failed in 2 judgements: refused",
        "the judge failed in 1 judgement: timeout",
    ]
