from __future__ import annotations

import numpy as np
import pytest

from tutelage.evaluate.statistics.logistic import newton, sigmoid, softplus


def test_sigmoid_and_softplus_never_overflow() -> None:
    eta = np.array([-1e4, -30.0, 0.0, 30.0, 1e4])
    assert sigmoid(eta) == pytest.approx([0, 1 / (1 + np.exp(30)), 0.5, 1 / (1 + np.exp(-30)), 1], abs=1e-15)
    assert softplus(eta) == pytest.approx([0, np.exp(-30), np.log(2), 30, 1e4], abs=1e-12)


def test_known_coefficients_come_back() -> None:
    columns = np.random.default_rng(0).normal(size=(1, 3, 500))
    true = np.array([[0.7, -1.3, 0.2]])
    labels = sigmoid(np.einsum("fk,fkn->fn", true, columns))
    beta, settled = newton(columns, labels, np.ones((1, 500)), ridge=0.0)
    assert settled.all()
    assert beta == pytest.approx(true, abs=1e-8)


def test_many_fits_at_once_are_the_fits_one_by_one() -> None:
    chance = np.random.default_rng(1)
    columns, weights = chance.normal(size=(6, 2, 80)), chance.uniform(0, 3, size=(6, 80))
    labels = chance.random(size=(1, 80))
    together, _ = newton(columns, labels, weights)
    for at in range(6):
        alone, _ = newton(columns[at : at + 1], labels, weights[at : at + 1])
        assert together[at] == pytest.approx(alone[0], abs=1e-8)


def test_the_score_is_zero_at_the_optimum() -> None:
    chance = np.random.default_rng(2)
    columns, labels, weights = chance.normal(size=(1, 2, 60)), chance.random((1, 60)), chance.random((1, 60))
    beta, _ = newton(columns, labels, weights, ridge=0.3)
    p = sigmoid(np.einsum("fk,fkn->fn", beta, columns))
    assert np.einsum("fn,fkn->fk", weights * (labels - p), columns) == pytest.approx(0.3 * beta, abs=1e-9)


def test_separated_labels_and_a_bad_start_settle() -> None:
    columns = np.stack([np.linspace(-1, 1, 40), np.ones(40)])[None]
    labels = (columns[:, 0] > 0).astype(float)
    beta, settled = newton(columns, labels, np.ones((1, 40)), start=np.array([-50.0, 30.0]))
    assert settled.all()
    assert np.isfinite(beta).all()
    again, _ = newton(columns, labels, np.ones((1, 40)))
    assert beta == pytest.approx(again, abs=1e-5)
