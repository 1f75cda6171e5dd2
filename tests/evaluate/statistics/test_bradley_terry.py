from __future__ import annotations

import numpy as np
import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.bradley_terry import Match, bradley_terry, strengths


def tournament(true: list[float], games: int, seed: int = 0) -> list[Match]:
    chance = np.random.default_rng(seed)
    return [
        (f"q{game}", f"m{a}", f"m{b}", float(chance.random() < 1 / (1 + np.exp(true[b] - true[a]))))
        for game in range(games)
        for a in range(len(true))
        for b in range(a)
    ]


def test_strengths_come_back_with_their_intervals() -> None:
    true = [-1.0, -0.2, 0.3, 0.9]
    found = bradley_terry(tournament(true, 400))
    assert list(found.strength) == ["m3", "m2", "m1", "m0"]
    assert all(found.interval[f"m{at}"].holds(value) for at, value in enumerate(true))
    assert found.strength == pytest.approx({f"m{at}": value for at, value in enumerate(true)}, abs=0.15)
    assert found.matches == 2400
    assert sum(found.strength.values()) == pytest.approx(0, abs=1e-9)


def test_two_models_have_the_log_odds_of_their_wins() -> None:
    large = np.array([[0.0, 30_000.0], [10_000.0, 0.0]])
    found = strengths(large)
    assert found[0] - found[1] == pytest.approx(np.log(3), abs=1e-3)


def test_a_model_that_never_lost_stays_finite_and_roles_mirror() -> None:
    rows: list[Match] = [(f"q{at}", "a", "b", 1.0) for at in range(10)]
    found = bradley_terry(rows)
    assert 50 < found.beats("a", "b") < 100
    assert found.beats("a", "b") + found.beats("b", "a") == pytest.approx(100)
    mirrored = bradley_terry([(q, b, a, 1 - y) for q, a, b, y in rows])
    assert mirrored.strength == pytest.approx(found.strength)
    assert found.elo()["a"] > 1000 > found.elo()["b"]


def test_the_order_of_matches_never_matters() -> None:
    rows = tournament([0.0, 0.5, 1.0], 20)
    assert bradley_terry(reversed(rows), replicates=20) == bradley_terry(rows, replicates=20)


def test_ties_are_shared() -> None:
    found = bradley_terry([("q1", "a", "b", 0.5), ("q2", "a", "b", 0.5)])
    assert found.strength == pytest.approx({"a": 0, "b": 0})


@pytest.mark.parametrize("match", [("q", "a", "a", 1.0), ("q", "a", "b", 1.5), ("q", "a", "b", float("nan"))])
def test_matches_that_make_no_sense_are_refused(match: Match) -> None:
    with pytest.raises(BadInput, match="cannot be counted"):
        bradley_terry([match])
    with pytest.raises(BadInput, match="at least one"):
        bradley_terry([])
