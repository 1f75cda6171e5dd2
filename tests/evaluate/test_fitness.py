"""When a judge may be used, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from tutelage.evaluate.bench import Judgement
from tutelage.evaluate.canaries import CANARIES, PREFIX, WORSE, fitness_of, judge_figures
from tutelage.evaluate.fitness import Fitness, fitness

N = 10


def judged(**values: float | list[float]) -> list[Judgement]:
    """Both orders of ``N`` questions: worse answers lose and others are equal, but for ``values`` by kind."""
    rows = []
    for kind in CANARIES:
        given: Any = values.get(kind.replace("-", "_"), 0.0 if kind in WORSE else 0.5)
        each = given if isinstance(given, list) else [given] * N
        rows += [
            Judgement(f"q{at}", f"{PREFIX}{kind}", value, "gold", "J", swapped=swapped)
            for at, value in enumerate(each)
            for swapped in (False, True)
        ]
    return rows


def found(**values: float | list[float]) -> Fitness:
    made = fitness_of(judge_figures(judged(**values)))
    assert made is not None
    return made


def share(lost: int) -> list[float]:
    return [0.0] * lost + [1.0] * (N - lost)


def test_a_judge_that_sees_everything_is_fit() -> None:
    assert found() == Fitness()
    assert found().word == "fit"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"swapped": share(6)}, "60% of the worse answers 'swapped', and 70%"),
        ({"constant": share(5)}, "50% of the worse answers 'constant', and 60%"),
        ({"identical": [0.5] * 7 + [1.0] * 3}, "only 70% of identical answers equal"),
        ({"padded": [1.0] * 5 + [0.5] * 5}, "polite filler raises its preference by 25 points"),
    ],
)
def test_each_rule_fails_alone_and_is_named(values: dict[str, list[float]], reason: str) -> None:
    said = found(**values)
    assert len(said.reasons) == 1
    assert reason in said.reasons[0]
    assert any(reason in line for line in judge_figures(judged(**values)).lines)


def test_the_bounds_themselves_are_enough() -> None:
    assert found(swapped=share(7), constant=share(6)).fit
    assert found(identical=[0.5] * 8 + [1.0] * 2, padded=[1.0] * 4 + [0.5] * 6).fit


def test_all_kinds_together_are_one_more_rule() -> None:
    said = found(**{kind.replace("-", "_"): share(7) for kind in WORSE})
    assert said.reasons == ("it saw 70% of all worse answers, and 80% are asked for",)


def test_a_judge_that_counts_letters_alone_is_not_fit() -> None:
    """Six of seven kinds of worse answers are shorter; it takes the longer, and the first of two equals."""
    said = found(swapped=share(4), constant=share(9), padded=1.0, identical=0.0)
    assert said.word == "not fit"
    assert [any(part in each for each in said.reasons) for part in ("swapped", "identical", "filler")] == [
        True
    ] * 3


def test_what_nobody_judged_is_no_reason_and_silence_is_one() -> None:
    assert fitness({"empty": {"n": 3, "detected": 1.0}}, {
        "sensitivity": 1.0, "specificity": None, "length_bias": None,
    }).fit  # fmt: skip
    assert fitness_of(judge_figures([])) is None
    assert fitness_of(None) is None
    dead = [Judgement("q1", f"{PREFIX}empty", None, "gold", "J")]
    assert fitness_of(judge_figures(dead)) == Fitness(
        ("no judgement of an answer of known worth could be read",)
    )
