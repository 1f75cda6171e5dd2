"""Answers of known worth, and what judgements of them say of a judge."""

from __future__ import annotations

import pytest

from tutelage.evaluate.bench import Answer, Judgement
from tutelage.evaluate.canaries import CANARIES, PREFIX, WORSE, canaries, judge_figures

GOOD = {
    "q1": Answer("q1", "gold", ("Paris is the capital of France, and its largest city by far.",)),
    "q2": Answer("q2", "gold", ("Water boils at 100 degrees Celsius at sea level, lower on mountains.",)),
    "q3": Answer("q3", "gold", ("北京是中华人民共和国的首都，也是全国的政治中心。",)),
}


def test_every_kind_is_made_under_its_own_name() -> None:
    made = canaries(GOOD)
    assert list(made) == [f"{PREFIX}{kind}" for kind in CANARIES]
    for name, answers in made.items():
        assert set(answers) == set(GOOD)
        assert all(answer.model == name and answer.question == key for key, answer in answers.items())


def test_each_is_what_its_name_says() -> None:
    made = {name.removeprefix(PREFIX): answers for name, answers in canaries(GOOD).items()}
    good = GOOD["q1"].text
    assert made["identical"]["q1"].text == good
    assert made["swapped"]["q1"].text in {GOOD["q2"].text, GOOD["q3"].text}
    assert good.startswith(made["cut"]["q1"].text)
    assert 0 < len(made["cut"]["q1"].text) < len(good)
    assert made["padded"]["q1"].text.startswith(good)
    assert made["empty"]["q1"].text == ""
    assert "抱歉" in made["refusal"]["q3"].text
    assert made["constant"]["q1"].text == made["constant"]["q2"].text


def test_the_same_seed_and_id_give_the_same_canary_whatever_stands_beside() -> None:
    alone = canaries({"q1": GOOD["q1"]}, ["cut"])[f"{PREFIX}cut"]["q1"]
    assert canaries(GOOD, ["cut"])[f"{PREFIX}cut"]["q1"] == alone


def test_a_canary_that_cannot_be_made_is_left_out() -> None:
    alone = {"q1": Answer("q1", "gold", ("Yes.",))}
    assert canaries(alone, ["swapped"])[f"{PREFIX}swapped"] == {}
    assert canaries({"q1": Answer("q1", "gold", ("",))}, ["empty"])[f"{PREFIX}empty"] == {}


def both_orders(kind: str, question: str, first: float, second: float) -> list[Judgement]:
    name = f"{PREFIX}{kind}"
    return [
        Judgement(question, name, first, "gold", "J", swapped=False),
        Judgement(question, name, second, "gold", "J", swapped=True),
    ]


def test_a_perfect_judge() -> None:
    judged = [each for kind in WORSE for q in GOOD for each in both_orders(kind, q, 0.0, 0.0)]
    judged += [
        each for kind in ("identical", "padded") for q in GOOD for each in both_orders(kind, q, 0.5, 0.5)
    ]
    figures = judge_figures(judged)
    assert figures.details["sensitivity"] == 1.0
    assert figures.details["specificity"] == 1.0
    assert figures.details["position_bias"] == pytest.approx(0.0)
    assert figures.details["length_bias"] == pytest.approx(0.0)
    assert "can be used" in figures.lines[0]


def test_a_judge_that_always_takes_the_first_answer() -> None:
    # Model shown second (swapped False): the baseline is preferred, 0; shown first: 1.
    judged = [each for kind in CANARIES for q in GOOD for each in both_orders(kind, q, 0.0, 1.0)]
    figures = judge_figures(judged)
    assert figures.details["position_bias"] == pytest.approx(100.0)
    assert figures.details["sensitivity"] == 0.0
    assert figures.details["specificity"] == 1.0
    assert "not fit" in figures.lines[0]
    assert any("first answer by 100 points" in line for line in figures.lines)


def test_a_judge_that_loves_length() -> None:
    judged = [each for q in GOOD for each in both_orders("padded", q, 1.0, 1.0)]
    assert judge_figures(judged).details["length_bias"] == pytest.approx(50.0)


def test_unreadable_judgements_are_counted_and_never_ties() -> None:
    judged = [Judgement("q1", f"{PREFIX}empty", None, "gold", "J", raw="hm")]
    figures = judge_figures(judged)
    assert figures.details["unreadable"] == 1
    assert figures.models["empty"]["n"] == 0
    assert "cannot be used" in figures.lines[0]
