from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.design import GamedRow
from tutelage.evaluate.statistics.published import PENALTIES, choose_penalty, fit_as_published, l1_newton

COMPLETE = ["alpaca-7b", "vicuna-7b-v1.5", "FuseChat-Llama-3.1-8B-Instruct", "claude-2.1"]


@pytest.mark.parametrize("model", [*COMPLETE, "gpt35_turbo_instruct"])
def test_the_published_rates_are_met(alpaca: Any, model: str) -> None:
    found = fit_as_published(*alpaca.models[model], alpaca.difficulty, alpaca.gamed)
    assert found.win_rate == pytest.approx(alpaca.published(model, "length_controlled_winrate"), abs=0.01)


def test_the_published_error_is_met_where_there_is_one(alpaca: Any) -> None:
    model = "FuseChat-Llama-3.1-8B-Instruct"
    found = fit_as_published(*alpaca.models[model], alpaca.difficulty, alpaca.gamed)
    assert found.standard_error == pytest.approx(alpaca.published(model, "lc_standard_error"), abs=0.001)


def test_the_penalty_is_the_one_that_the_published_weights_reveal(alpaca: Any) -> None:
    """At the optimum C is one over the score of a coefficient; these are the published fits' own."""
    revealed = {"alpaca-7b": 21.544, "FuseChat-Llama-3.1-8B-Instruct": 2.7826, "claude-2.1": 2.7826}
    for model, penalty in revealed.items():
        found = fit_as_published(*alpaca.models[model], alpaca.difficulty, alpaca.gamed)
        assert found.penalty == pytest.approx(penalty, rel=1e-3)


def test_a_gap_shifts_the_difficulties_and_is_said(alpaca: Any) -> None:
    rows = [dict(part) for part in alpaca.models["alpaca-7b"]]
    for part in rows:
        del part["0"]
    found = fit_as_published(*rows, alpaca.difficulty, alpaca.gamed)
    assert found.n == 804
    assert any("1 official questions have no row" in note for note in found.notes)
    whole = fit_as_published(*alpaca.models["alpaca-7b"], alpaca.difficulty, alpaca.gamed)
    assert abs(found.win_rate - whole.win_rate) > 0.5


def test_a_row_without_preference_is_counted_and_still_predicted(alpaca: Any) -> None:
    preference, *lengths = alpaca.models["alpaca-7b"]
    preference = {**preference, "7": float("nan")}
    found = fit_as_published(preference, *lengths, alpaca.difficulty, alpaca.gamed)
    assert (found.n, found.missing, len(found.predictions)) == (804, 1, 805)


def rows(count: int) -> tuple[dict[str, float | None], dict[str, float], dict[str, float]]:
    ids = [str(at) for at in range(count)]
    return dict.fromkeys(ids, 0.3), dict.fromkeys(ids, 5.0), dict.fromkeys(ids, 7.0)


def test_more_rows_than_questions_are_refused() -> None:
    with pytest.raises(BadInput, match="fewer difficulties"):
        fit_as_published(*rows(5), [0.0] * 4, [])


def test_a_missing_length_and_a_strange_gamed_row_are_refused() -> None:
    preference, model, baseline = rows(5)
    del model["3"]
    with pytest.raises(BadInput, match="length is missing"):
        fit_as_published(preference, model, baseline, [0.0] * 5, [])
    with pytest.raises(BadInput, match="no official question"):
        fit_as_published(*rows(5), [0.0] * 5, [GamedRow("9", 0.5, 0.1)])


def test_preferences_on_the_published_scale_are_refused() -> None:
    preference, *lengths = rows(3)
    with pytest.raises(BadInput, match="between 0 and 1"):
        fit_as_published({**preference, "0": 1.7}, *lengths, [0.0] * 3, [])


def test_the_solver_meets_the_conditions_of_an_optimum() -> None:
    """|β|_1 + C·loss is least where C·score = sign(β), and |C·score| ≤ 1 where β = 0."""
    chance = np.random.default_rng(5)
    columns = chance.normal(size=(1, 3, 400))
    labels = 1 / (1 + np.exp(-columns[:, 0] * 1.5 + columns[:, 1] * 0.1 + chance.normal(size=(1, 400))))
    weights = chance.uniform(0.1, 1, size=(1, 400)).repeat(4, axis=0)
    penalties = np.array([0.001, 0.03, 0.5, 50.0])
    beta = l1_newton(columns, labels, weights, penalties)
    p = 1 / (1 + np.exp(-np.einsum("fk,xkn->fn", beta, columns)))
    score = np.einsum("fn,xkn->fk", weights * (labels - p), columns) * penalties[:, None]
    assert np.allclose(score[beta != 0], np.sign(beta[beta != 0]), atol=1e-6)
    assert (np.abs(score[beta == 0]) <= 1 + 1e-6).all()
    assert (beta[0] == 0).all()
    assert (beta[3] != 0).all()


def test_cross_validation_takes_every_fifth_row_and_prefers_a_fit_to_none() -> None:
    chance = np.random.default_rng(3)
    columns = chance.normal(size=(1, 3, 500))
    labels = 1 / (1 + np.exp(-2 * columns[:, 0]))
    penalty = choose_penalty(columns, labels, np.ones((1, 500)))
    assert penalty in PENALTIES
    assert penalty > 1
