from __future__ import annotations

import numpy as np
import pytest

from studies import World, correlated_votes, named
from tutelage.errors import BadInput
from tutelage.evaluate.statistics.rates import win_rate
from tutelage.evaluate.statistics.selection import best_of, best_of_length_controlled


def candidates(rates: list[float], n: int = 100, seed: int = 0) -> dict[str, dict[str, float | None]]:
    votes = correlated_votes(np.random.default_rng(seed), n, rates)
    return {f"step-{at}": dict(named(each)) for at, each in enumerate(votes)}


def test_the_best_is_chosen_and_its_rate_goes_down() -> None:
    rows = candidates([0.4] * 15)
    found = best_of(rows)
    assert found.apparent == pytest.approx(max(win_rate(each).win_rate for each in rows.values()))
    assert found.optimism == pytest.approx(found.apparent - found.corrected)
    assert found.optimism > 1
    assert found.looks == 15
    assert sum(found.frequencies.values()) == pytest.approx(1)
    assert found.stability == found.frequencies[found.chosen] < 0.9


def test_a_clear_winner_needs_hardly_any_correction() -> None:
    found = best_of(candidates([0.2, 0.3, 0.9], n=400))
    assert found.chosen == "step-2"
    assert found.stability == 1
    assert abs(found.optimism) < 0.3


def test_a_single_candidate_was_not_chosen() -> None:
    found = best_of(candidates([0.4]))
    assert (found.optimism, found.stability) == (0, 1)


def test_only_common_questions_count_and_their_order_does_not() -> None:
    rows = candidates([0.4, 0.5], n=50)
    rows["step-0"]["q7"] = None
    del rows["step-1"]["q9"]
    found = best_of(rows)
    assert found.n == 48
    backwards = {name: dict(reversed(rows[name].items())) for name in reversed(rows)}
    assert best_of(backwards) == found


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(BadInput, match="nothing to choose"):
        best_of({})
    with pytest.raises(BadInput, match="in common"):
        best_of({"a": {"x": 0.5}, "b": {"y": 0.5}})


def test_the_choice_by_the_length_controlled_rate() -> None:
    chance = np.random.default_rng(2)
    gamma = chance.normal(0, 1.2, 80)
    designs = {f"step-{at}": World().design(chance, 80, gamma) for at in range(4)}
    found = best_of_length_controlled(designs, replicates=60)
    rates = {name: float(made.rates(np.ones((1, 80)))[0]) for name, made in designs.items()}
    assert found.chosen == max(rates, key=lambda name: rates[name])
    assert found.corrected < found.apparent == pytest.approx(max(rates.values()))
