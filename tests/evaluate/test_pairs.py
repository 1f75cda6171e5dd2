"""Two models in any measure: difference, interval and verdict."""

from __future__ import annotations

import math
import random

import pytest

pytest.importorskip("numpy", reason="the statistics of an evaluation need the extra 'evaluate'")

from tutelage.evaluate.bench import Measure
from tutelage.evaluate.fitness import Fitness
from tutelage.evaluate.pairs import MOST, pairs_of


def measure(*shares: float, n: int = 200, **settings: object) -> Measure:
    """Models m0, m1, … that win so often, drawn independently."""
    chance = random.Random(7)
    values = {
        f"m{at}": {f"q{i}": 100.0 * (chance.random() < share) for i in range(n)}
        for at, share in enumerate(shares)
    }
    return Measure("win rate", values, **settings)  # type: ignore[arg-type]  # settings of a test


def test_the_better_of_two_stands_first_with_its_interval_and_verdict() -> None:
    (pair,) = pairs_of([measure(0.3, 0.7)]).found
    found = pair.found
    assert (found.model, found.other, found.questions, found.level) == ("m1", "m0", 200, 0.95)
    assert found.low < found.difference < found.high
    assert pair.said.word == "better"
    assert found.detectable is not None
    assert found.detectable > 0
    assert pair.signs["p"] < 0.001


def test_a_measure_of_another_scale_keeps_its_unit() -> None:
    values = {"a": {f"q{i}": 7.0 + i % 2 for i in range(40)}, "b": {f"q{i}": 5.0 for i in range(40)}}
    (pair,) = pairs_of([Measure("grade", values, 1, 10)]).found
    assert pair.found.difference == pytest.approx(2.5)
    assert pair.differences["q1"] == pytest.approx(3.0)


def test_less_is_better_and_long_answers_weigh_more() -> None:
    values = {"a": {f"q{i}": 300.0 - i for i in range(40)}, "b": {f"q{i}": 200.0 for i in range(40)}}
    sizes = {f"q{i}": 1.0 + 9 * (i < 20) for i in range(40)}
    loss = Measure("loss", values, 0, math.inf, higher_is_better=False, sizes=sizes)
    (pair,) = pairs_of([loss]).found
    assert (pair.found.model, pair.said.word) == ("b", "better")
    heavy, light = sum(100 - i for i in range(20)), sum(100 - i for i in range(20, 40))
    assert pair.found.difference == pytest.approx(-(10 * heavy + light) / 220)
    assert (pair.signs["for_first"], pair.differences["q0"]) == (40, 100.0)


def test_questions_that_all_come_out_alike_prove_nothing_where_they_are_few() -> None:
    def half(n: int) -> Measure:
        return Measure("win rate", {"new": {f"q{i}": 50.0 for i in range(n)}}, versus="old")

    (few,), (many,) = pairs_of([half(6)]).found, pairs_of([half(800)]).found
    assert few.said.word == "no difference shown"
    assert many.said.word == "as good"
    equal = {name: {f"q{i}": 2.0 for i in range(6)} for name in ("a", "b")}
    (loss,) = pairs_of([Measure("loss", equal, 0, math.inf, sizes=dict.fromkeys(equal["a"], 1.0))]).found
    assert loss.found.low < 0 < loss.found.high


def test_a_judge_that_is_not_fit_lets_nothing_be_said() -> None:
    (pair,) = pairs_of([measure(0.3, 0.7)], Fitness(("it saw 50%",))).found
    assert pair.said.word == "judge not fit"


def test_several_pairs_hold_together() -> None:
    made = pairs_of([measure(0.3, 0.5, versus="old"), measure(0.5, 0.7)])
    assert len(made.found) == 4
    assert {each.found.level for each in made.found} == {1 - 0.05 / 4}
    assert "98.75 %" in made.notes[0]


@pytest.mark.parametrize("versus", ["", "old"])
def test_of_many_models_each_is_compared_with_one_alone(versus: str) -> None:
    made = pairs_of([measure(*[0.1 * each for each in range(MOST + 1)], versus=versus)])
    if versus:
        assert {each.found.other for each in made.found} == {"old"}
    else:
        assert {each.found.model for each in made.found} == {f"m{MOST}"}
    assert len(made.found) == MOST + bool(versus)
    assert f"of {MOST + 1} models each is compared with {versus or 'the best'} alone" in made.notes


def test_models_without_a_common_question_are_told_so() -> None:
    made = pairs_of([Measure("win rate", {"a": {"q1": 100.0}, "b": {"q2": 0.0}})])
    assert made.apart == [("win rate", "a", "b")]
    assert "a and b cannot be compared" in made.notes[0]
