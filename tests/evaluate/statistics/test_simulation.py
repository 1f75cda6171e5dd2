"""Do the intervals keep their word? Synthetic studies with a known truth.

The suite runs 150 studies of each kind, with bounds that a right method fails once in many thousand runs;
the slow ones run 1,000, with the bounds that are promised: 93 to 97 % of the intervals hold the truth, and a
difference is seen in 3 to 7 % of the studies where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from studies import World, correlated_votes, named
from tutelage.evaluate.statistics.agreement import agreement, prediction_powered, rogan_gladen
from tutelage.evaluate.statistics.bootstrap import length_controlled
from tutelage.evaluate.statistics.length_control import fit_design
from tutelage.evaluate.statistics.paired import paired, paired_length_controlled
from tutelage.evaluate.statistics.position import position
from tutelage.evaluate.statistics.rates import win_rate
from tutelage.evaluate.statistics.selection import best_of

Chance = np.random.Generator
Study = Callable[[Chance], bool]
WIDE, NARROW = (0.88, 0.995), (0.93, 0.97)
WIDE_NULL, NARROW_NULL = (0.0, 0.12), (0.03, 0.07)


@cache
def truth(world: World) -> float:
    """The length-controlled rate of very many questions."""
    chance = np.random.default_rng(2024)
    return float(np.mean([fit_design(world.design(chance, 60_000)).win_rate for _ in range(4)]))


def raw_rate(chance: Chance) -> bool:
    (votes,) = correlated_votes(chance, 100, [0.3])
    return win_rate(named(votes)).interval.holds(30)


def rare_wins(chance: Chance) -> bool:
    (votes,) = correlated_votes(chance, 805, [0.03])
    return win_rate(named(votes)).interval.holds(3)


def controlled_rate(chance: Chance) -> bool:
    made = World().design(chance, 100)
    return length_controlled(made, replicates=200).interval.holds(truth(World()))


def low_controlled_rate(chance: Chance) -> bool:
    world = World(bias=-3.5)
    return length_controlled(world.design(chance, 200), replicates=200).interval.holds(truth(world))


def difference(chance: Chance) -> bool:
    a, b = correlated_votes(chance, 100, [0.45, 0.38])
    return paired(named(a), named(b)).interval.holds(7)


def controlled_difference(chance: Chance) -> bool:
    a, b = World(bias=-1.5), World(bias=-0.5)
    gamma = chance.normal(0, 1.2, 120)
    first, second = a.design(chance, 120, gamma), b.design(chance, 120, gamma)
    found = paired_length_controlled(first, second, replicates=200)
    return found.interval.holds(truth(a) - truth(b))


def chosen_of_fifteen(chance: Chance) -> bool:
    rates = [0.40] * 15
    found = best_of(
        {f"m{at}": named(votes) for at, votes in enumerate(correlated_votes(chance, 100, rates))},
        replicates=200,
    )
    return found.interval.holds(40)


def chosen_of_unequal(chance: Chance) -> bool:
    rates = [0.30 + 0.02 * at for at in range(8)]
    found = best_of(
        {f"m{at}": named(votes) for at, votes in enumerate(correlated_votes(chance, 100, rates))},
        replicates=200,
    )
    return found.interval.holds(100 * rates[int(found.chosen[1:])])


def verdicts(chance: Chance, n: int, rate: float, right_of_wins: float, right_of_losses: float) -> tuple:  # type: ignore[type-arg]  # two arrays
    human = chance.random(n) < rate
    right = chance.random(n) < np.where(human, right_of_wins, right_of_losses)
    return np.where(right, human, ~human).astype(float), human.astype(float)


def kappa(chance: Chance) -> bool:
    judge, human = verdicts(chance, 300, 0.5, 0.8, 0.8)
    return agreement(named(judge), named(human)).kappa_interval.holds(0.6)


def corrected_by_error_rates(chance: Chance) -> bool:
    judge, human = verdicts(chance, 800, 0.4, 0.85, 0.75)
    labelled = {each: value for each, value in named(human).items() if int(each[1:]) < 150}
    return rogan_gladen(named(judge), labelled).interval.holds(40)


def corrected_by_prediction(chance: Chance) -> bool:
    judge, human = verdicts(chance, 800, 0.4, 0.85, 0.55)
    labelled = {each: value for each, value in named(human).items() if int(each[1:]) < 150}
    return prediction_powered(named(judge), labelled).interval.holds(40)


def both_orders(chance: Chance) -> bool:
    """A judge who gives the first answer a bonus of a quarter: in both orders it cancels."""
    (true,) = correlated_votes(chance, 150, [0.4])
    inner = 0.3 + 0.4 * true  # leaves room for the bonus; its mean is 0.46
    rows = [
        (f"q{at}", first, float(value + (0.25 if first else -0.25)))
        for at, value in enumerate(inner)
        for first in (True, False)
    ]
    return win_rate(position(rows).preferences).interval.holds(46)


COVER = [
    raw_rate, rare_wins, controlled_rate, low_controlled_rate, difference, controlled_difference,
    chosen_of_unequal, kappa, corrected_by_error_rates, corrected_by_prediction, both_orders,
]  # fmt: skip


def null_by_rate(chance: Chance) -> bool:
    a, b = correlated_votes(chance, 100, [0.4, 0.4])
    return paired(named(a), named(b)).differs


def null_length_controlled(chance: Chance) -> bool:
    gamma = chance.normal(0, 1.2, 120)
    a, b = World().design(chance, 120, gamma), World().design(chance, 120, gamma)
    return paired_length_controlled(a, b, replicates=200).differs


NULL = [null_by_rate, null_length_controlled]


def share(study: Study, studies: int) -> float:
    return sum(study(np.random.default_rng([seed, 77])) for seed in range(studies)) / studies


@pytest.mark.parametrize("study", COVER, ids=lambda study: study.__name__)
def test_most_intervals_hold_the_truth(study: Study) -> None:
    assert WIDE[0] <= share(study, 150) <= WIDE[1]


@pytest.mark.parametrize("study", NULL, ids=lambda study: study.__name__)
def test_no_difference_is_rarely_called_one(study: Study) -> None:
    assert WIDE_NULL[0] <= share(study, 150) <= WIDE_NULL[1]


def test_the_best_of_fifteen_equals_is_overrated_until_corrected() -> None:
    chance = np.random.default_rng(8)
    apparent, corrected = [], []
    for _ in range(60):
        votes = correlated_votes(chance, 100, [0.40] * 15)
        found = best_of({f"m{at}": named(each) for at, each in enumerate(votes)}, replicates=100)
        apparent.append(found.apparent - 40)
        corrected.append(found.corrected - 40)
    assert np.mean(apparent) > 3
    assert abs(np.mean(corrected)) < np.mean(apparent) / 3


@pytest.mark.slow
@pytest.mark.parametrize("study", COVER, ids=lambda study: study.__name__)
def test_95_of_100_intervals_hold_the_truth(study: Study) -> None:
    assert NARROW[0] <= share(study, 1000) <= NARROW[1]


@pytest.mark.slow
@pytest.mark.parametrize("study", NULL, ids=lambda study: study.__name__)
def test_no_difference_is_called_one_in_5_of_100(study: Study) -> None:
    assert NARROW_NULL[0] <= share(study, 1000) <= NARROW_NULL[1]
