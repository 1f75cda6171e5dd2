from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studies import World
from tutelage.evaluate.statistics.bootstrap import (
    bca,
    centred,
    counts,
    in_chunks,
    length_controlled,
    percentile,
    resample,
)
from tutelage.evaluate.statistics.interval import wilson
from tutelage.evaluate.statistics.length_control import design, fit


def test_draws_are_pinned_and_add_up() -> None:
    drawn = counts(50, 400, seed=1)
    assert (drawn.sum(axis=1) == 50).all()
    assert drawn.mean(axis=0) == pytest.approx(np.ones(50), abs=0.25)
    assert drawn.var() == pytest.approx(1 - 1 / 50, abs=0.05)
    assert (drawn == counts(50, 400, seed=1)).all()
    assert (drawn != counts(50, 400, seed=2)).any()
    assert counts(6, 2, seed=1).tolist() == [[0, 2, 2, 0, 1, 1], [2, 1, 1, 0, 1, 1]]


def test_the_bootstrap_error_of_a_mean_is_its_error() -> None:
    values = np.random.default_rng(0).normal(3, 2, 200)
    found = resample(lambda drawn: drawn @ values / drawn.sum(axis=1), 200, replicates=4000, way="percentile")
    assert found.estimate == pytest.approx(values.mean())
    assert found.standard_error == pytest.approx(values.std() / np.sqrt(200), rel=0.05)
    assert found.interval.holds(found.estimate)


def test_bca_leans_to_the_long_side_of_a_skewed_figure() -> None:
    values = np.random.default_rng(1).exponential(1.0, 40)
    drawn = counts(40, 4000)
    found = drawn @ values / 40
    left_out = (values.sum() - values) / 39
    plain, leaning = percentile(found), bca(found, values.mean(), left_out)
    assert leaning.low > plain.low
    assert leaning.high > plain.high
    constant = np.full(10, 2.0)
    assert bca(constant, 2.0, constant).as_list() == [2.0, 2.0]


def test_one_question_has_no_interval_of_its_own() -> None:
    found = resample(lambda drawn: drawn[:, 0] * 0 + 7, 1)
    assert found.interval.as_list() == [7, 7]
    assert found.interval.way == "none"


def test_chunks_change_nothing() -> None:
    values = np.arange(3000.0)
    drawn = counts(3000, 23)
    assert in_chunks(lambda part: part @ values, drawn).tolist() == pytest.approx((drawn @ values).tolist())


@pytest.mark.parametrize("model", ["alpaca-7b", "claude-2.1"])
def test_with_refit_the_error_is_about_twice_the_published_one(alpaca: Any, model: str) -> None:
    rows = alpaca.models[model]
    published = fit(*rows, alpaca.gamma, alpaca.gamed).standard_error
    found = length_controlled(design(*rows, alpaca.gamma, alpaca.gamed), replicates=200)
    assert 1.5 < found.standard_error / published < 2.8
    assert found.interval.holds(found.estimate)
    assert found.replicates == 200


def test_the_order_of_rows_does_not_move_the_interval() -> None:
    chance = np.random.default_rng(3)
    made = World().design(chance, 60)
    rows = dict(zip(made.questions, made.preference.tolist(), strict=True))
    gap = dict(zip(made.questions, made.gap.tolist(), strict=True))
    nothing = dict.fromkeys(rows, 0.0)
    backwards = {each: rows[each] for each in reversed(rows)}
    a = length_controlled(design(rows, nothing, gap), replicates=50)
    assert a == length_controlled(design(backwards, nothing, gap), replicates=50)
    assert a != length_controlled(design(rows, nothing, gap), replicates=50, seed=1)


@pytest.mark.parametrize("way", ["percentile", "bca", "student", "logit"])
def test_every_interval_stays_between_0_and_100(way: str) -> None:
    made = World(bias=-6).design(np.random.default_rng(4), 25)
    found = length_controlled(made, replicates=60, way=way)
    assert 0 <= found.interval.low <= found.estimate <= found.interval.high <= 100
    assert found.interval.way == way


@pytest.mark.parametrize("n", [10, 40, 200])
def test_one_sided_studies_are_no_surer_than_the_plain_rate(n: int) -> None:
    names = [f"q{at}" for at in range(n)]
    gap = {each: float(at * 37 % 500) for at, each in enumerate(names)}
    made = design(dict.fromkeys(names, 1.0), dict.fromkeys(names, 0.0), gap)
    found, plain = length_controlled(made, replicates=50), wilson(100, n)
    assert found.estimate > 99
    assert found.interval.low == pytest.approx(plain.low, abs=1.5)
    assert found.interval.holds(found.estimate)


def test_an_interval_is_moved_on_the_scale_of_odds() -> None:
    found = length_controlled(World().design(np.random.default_rng(4), 60), replicates=60)
    assert centred(found, found.estimate) == found.interval
    moved = centred(found, 3.0)
    assert 0 < moved.low < 3.0 < moved.high < 100
    assert centred(found, 100.0).high <= 100
