from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import World, named
from tutelage.errors import BadInput
from tutelage.evaluate.statistics.length_control import GamedRow, fit

CLOSE = 1e-6

seeds = st.integers(0, 2**32 - 1)


def some_gamed(chance: np.random.Generator, n: int) -> list[GamedRow]:
    return [
        GamedRow(f"q{at}", float(chance.random()), float(chance.normal()), variant)
        for variant in ("concise", "verbose")
        for at in range(n)
    ]


def study(seed: int, n: int = 30) -> tuple[Any, Any, Any, Any, list[GamedRow]]:
    chance = np.random.default_rng(seed)
    y, gap, gamma = World(bias=float(chance.normal())).study(chance, n)
    model = chance.integers(1, 3000, n)
    return named(y), named(model), named(model + gap), named(gamma), some_gamed(chance, n)


@pytest.mark.parametrize(
    "model", ["alpaca-7b", "vicuna-7b-v1.5", "FuseChat-Llama-3.1-8B-Instruct", "claude-2.1"]
)
def test_the_plain_rate_is_the_published_one_within_a_tenth(alpaca: Any, model: str) -> None:
    found = fit(*alpaca.models[model], alpaca.gamma, alpaca.gamed)
    assert found.win_rate == pytest.approx(alpaca.published(model, "length_controlled_winrate"), abs=0.1)
    assert (found.n, found.missing, found.gamed, found.formula) == (805, 0, 1610, "full")


def test_joined_by_id_the_model_with_a_gap_has_its_true_rate(alpaca: Any) -> None:
    found = fit(*alpaca.models["gpt35_turbo_instruct"], alpaca.gamma, alpaca.gamed)
    assert found.win_rate == pytest.approx(15.0, abs=0.05)
    assert (found.n, found.gamed) == (804, 1608)


@given(seeds, st.booleans(), st.booleans())
def test_the_baseline_against_itself_is_exactly_fifty(seed: int, hard: bool, games: bool) -> None:
    _, model, _, gamma, gamed = study(seed, 12)
    found = fit(dict.fromkeys(model, 0.5), model, model, gamma if hard else None, gamed if games else None)
    assert found.win_rate == 50.0


@given(seeds, st.booleans())
def test_swapped_roles_mirror_the_figure(seed: int, hard: bool) -> None:
    """With the gamed rows mirrored too: they are against the baseline."""
    y, model, baseline, gamma, gamed = study(seed)
    mirrored = [row._replace(preference=1 - row.preference, length=-row.length) for row in gamed]
    known = gamma if hard else None
    there = fit(y, model, baseline, known, gamed)
    back = fit({each: 1 - value for each, value in y.items()}, baseline, model, known, mirrored)
    assert there.win_rate + back.win_rate == pytest.approx(100, abs=CLOSE)
    assert there.length == pytest.approx(back.length, abs=CLOSE)


@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(seed: int, chance: Any) -> None:
    given_rows = study(seed)

    def shuffled(rows: Any) -> Any:
        mixed = list(rows.items()) if isinstance(rows, dict) else list(rows)
        chance.shuffle(mixed)
        return dict(mixed) if isinstance(rows, dict) else mixed

    assert fit(*(shuffled(part) for part in given_rows)) == fit(*given_rows)


def test_longer_answers_are_worth_less_than_they_seem() -> None:
    """A judge who likes length, a model that is as good as the baseline and more verbose."""
    chance = np.random.default_rng(1)
    gap = chance.normal(-900, 700, 4000)
    y = 1 / (1 + np.exp(1.5 * np.tanh(gap / gap.std())))
    found = fit(named(y), named(-gap), named(gap * 0))
    assert 100 * y.mean() > 65
    assert found.win_rate == pytest.approx(50, abs=1)
    assert found.formula == "minimal"
    assert any("minimal" in note for note in found.notes)
    assert any("gamed" in note for note in found.notes)


def test_equal_lengths_leave_the_raw_rate() -> None:
    y, model, _, gamma, gamed = study(4)
    found = fit(y, model, model, gamma, gamed)
    assert found.win_rate == pytest.approx(100 * np.mean(list(y.values())), abs=0.02)


def test_what_is_missing_is_counted() -> None:
    y, model, baseline, gamma, gamed = study(2, 30)
    y["q3"], y["q4"] = float("nan"), None
    del model["q5"]
    baseline["q6"] = float("nan")
    del gamma["q7"]
    found = fit(y, model, baseline, gamma, gamed)
    assert (found.n, found.missing, found.without_difficulty, found.gamed) == (25, 4, 1, 50)
    assert len([note for note in found.notes if "left out" in note]) == 2


def test_nothing_in_common_and_a_wrong_scale_are_refused() -> None:
    y, model, baseline, gamma, _ = study(2, 5)
    with pytest.raises(BadInput, match="no question has"):
        fit({"other": 0.5}, model, baseline, gamma)
    with pytest.raises(BadInput, match="difficulty"):
        fit(y, model, baseline, {"other": 0.1})
    with pytest.raises(BadInput, match="between 0 and 1"):
        fit({**y, "q0": 1.5}, model, baseline, gamma)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_model_that_always_loses_or_wins_has_a_finite_fit(value: float) -> None:
    _, model, baseline, gamma, _ = study(6, 100)
    found = fit(dict.fromkeys(model, value), model, baseline, gamma)
    assert found.settled
    assert found.win_rate == pytest.approx(100 * value, abs=1)


def test_one_question_is_enough_for_a_figure() -> None:
    assert fit({"q": 0.5}, {"q": 10}, {"q": 20}).win_rate == pytest.approx(50)
