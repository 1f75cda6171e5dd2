from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.rates import (
    detectable,
    questions_needed,
    smallest_detectable,
    smallest_detectable_paired,
    win_rate,
)

preferences = st.dictionaries(st.text(max_size=4), st.floats(0, 1), min_size=1, max_size=40)


@pytest.mark.parametrize("model", ["alpaca-7b", "vicuna-7b-v1.5", "claude-2.1", "gpt35_turbo_instruct"])
def test_rate_error_and_counts_are_the_leaderboard_s(alpaca: Any, model: str) -> None:
    found = win_rate(alpaca.models[model][0])
    assert found.win_rate == pytest.approx(alpaca.published(model, "win_rate"), abs=1e-6)
    assert found.standard_error == pytest.approx(alpaca.published(model, "standard_error"), abs=1e-6)
    assert found.discrete == pytest.approx(alpaca.published(model, "discrete_win_rate"), abs=1e-9)
    assert found.n == alpaca.published(model, "n_total")
    assert (found.wins, found.losses, found.draws) == tuple(
        alpaca.published(model, column) for column in ("n_wins", "n_wins_base", "n_draws")
    )


@given(st.integers(1, 300))
def test_the_baseline_against_itself_is_exactly_fifty(n: int) -> None:
    found = win_rate({str(at): 0.5 for at in range(n)})
    assert (found.win_rate, found.discrete, found.draws) == (50.0, 50.0, n)


@given(preferences)
def test_swapped_roles_mirror_the_rate_and_its_interval(rows: dict[str, float]) -> None:
    there, back = win_rate(rows), win_rate({each: 1 - value for each, value in rows.items()})
    assert there.win_rate + back.win_rate == pytest.approx(100)
    assert there.interval.low + back.interval.high == pytest.approx(100, abs=1e-6)
    assert there.standard_error == pytest.approx(back.standard_error, abs=1e-9)


@given(preferences, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(rows: dict[str, float], chance: Any) -> None:
    mixed = list(rows.items())
    chance.shuffle(mixed)
    assert win_rate(dict(mixed)) == win_rate(rows)


def test_missing_rows_are_in_no_other_figure() -> None:
    found = win_rate({"a": 1.0, "b": float("nan"), "c": 0.0, "d": None})
    assert (found.win_rate, found.n, found.missing) == (50.0, 2, 2)


def test_the_smallest_detectable_difference() -> None:
    """z(0.975) + z(0.8) = 2.8016; 805 questions with an SD of 40 points."""
    assert smallest_detectable(40, 805) == pytest.approx(2.8016 * 40 / np.sqrt(805), rel=1e-4)
    paired = smallest_detectable_paired(40, 805)
    assert paired == pytest.approx(smallest_detectable(40, 805) * np.sqrt(2 * 0.62))
    needed = questions_needed(3.0, 40)
    assert smallest_detectable(40, needed) <= 3.0 < smallest_detectable(40, needed - 1)


def test_a_planned_difference_is_found_four_times_of_five() -> None:
    chance = np.random.default_rng(0)
    n, spread = 200, 30.0
    effect = smallest_detectable(spread, n)
    means = chance.normal(effect, spread / np.sqrt(n), 20_000)
    assert np.mean(np.abs(means) > 1.96 * spread / np.sqrt(n)) == pytest.approx(0.8, abs=0.01)


def test_impossible_plans_are_refused() -> None:
    for n, alpha in ((0, 0.05), (10, 1.2)):
        with pytest.raises(BadInput):
            smallest_detectable(1, n, alpha=alpha)
    with pytest.raises(BadInput):
        questions_needed(0, 1)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_equal_figures_do_not_find_every_difference(value: float) -> None:
    found = [win_rate({str(at): value for at in range(n)}).detectable for n in (1, 3, 10, 100)]
    assert found[:2] == [None, None]
    assert found[2:] == pytest.approx([28.02, 2.802], abs=0.01)


def test_no_distance_is_told_beyond_what_there_can_be() -> None:
    assert win_rate({"a": 0.0, "b": 1.0, "c": 1.0}).detectable is None
    assert detectable(40.0, 2, most=100.0) is None
    assert detectable(1.4, 805, most=50.0) == pytest.approx(2.8016 * 1.4, rel=1e-4)
