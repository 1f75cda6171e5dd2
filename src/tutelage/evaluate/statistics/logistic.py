"""Logistic regression by Newton's method, many fits at once.

Of each fit, with weights c_i, labels y_i in [0, 1] (soft labels are welcome) and a weak ridge ρ:

    maximise   Σ c_i [ y_i η_i - log(1 + e^η_i) ] - ρ/2 |β|²        η = Xβ
    score      X'(c ∘ (y - p)) - ρβ                                  p = 1 / (1 + e^-η)
    step       (X' diag(c p (1-p)) X + ρI)⁻¹ · score                 halved until the objective rises

(McCullagh and Nelder 1989, ch. 4.) The fits of a bootstrap differ in their weights and perhaps in one
column, so they go through numpy together, with a stack of small systems in each step. The ridge keeps a fit
finite where the labels can be separated, and is too weak to be seen where they cannot.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RIDGE = 1e-3
STEPS = 60
WHOLE_STEPS = 15
TOLERANCE = 1e-6


def sigmoid(eta: Array) -> Array:
    """1 / (1 + e^-eta), without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.maximum(eta, -700.0))))


def softplus(eta: Array) -> Array:
    """log(1 + e^eta), without overflow."""
    return np.asarray(np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta))))


def linear(columns: Array, beta: Array) -> Array:
    """η of every fit and row: ``columns`` [fits or 1, k, rows], ``beta`` [fits, k] → [fits, rows]."""
    return np.asarray(np.matmul(beta[:, None, :], columns)[:, 0, :])


def gradient(columns: Array, labels: Array, weights: Array, eta: Array) -> tuple[Array, Array]:
    """Score [fits, k] and information [fits, k, k] of the weighted log-likelihood at ``eta``."""
    p = sigmoid(eta)
    score = np.matmul(columns, (weights * (labels - p))[:, :, None])[:, :, 0]
    turned = np.swapaxes(columns, 1, 2)
    return score, np.matmul(columns * (weights * p * (1.0 - p))[:, None, :], turned)


def log_likelihood(labels: Array, weights: Array, eta: Array) -> Array:
    """Σ weight · (y η - log(1 + e^η)) of every fit."""
    return np.asarray((weights * (labels * eta - softplus(eta))).sum(axis=1))


def newton(
    columns: Array,
    labels: Array,
    weights: Array,
    *,
    ridge: float = RIDGE,
    start: Array | None = None,
) -> tuple[Array, NDArray[np.bool_]]:
    """Coefficients [fits, k] that maximise the objective, and which fits have come to rest.

    Args:
        columns: [fits or 1, k, rows].
        labels: [fits or 1, rows] in [0, 1].
        weights: [fits or 1, rows], not negative.
        ridge: ρ.
        start: [k] or [fits, k]; zeros if not given.
    """
    fits, k = max(len(columns), len(weights), len(labels)), columns.shape[1]
    beta = np.array(np.broadcast_to(np.zeros(k) if start is None else start, (fits, k)))
    beta, settled = _steps(columns, labels, weights, ridge, beta, halved=False)
    if not settled.all():
        beta, settled = _steps(columns, labels, weights, ridge, np.zeros((fits, k)), halved=True)
    return beta, settled


def _steps(
    columns: Array, labels: Array, weights: Array, ridge: float, beta: Array, *, halved: bool
) -> tuple[Array, NDArray[np.bool_]]:
    """Newton's steps until the largest is tiny: the next would be its square.

    Whole steps nearly always arrive, at half the price of ``halved`` ones, which always do.
    """
    eye = ridge * np.eye(beta.shape[1])
    moved = np.full(len(beta), np.inf)
    for _ in range(STEPS if halved else WHOLE_STEPS):
        score, information = gradient(columns, labels, weights, linear(columns, beta))
        solved = np.linalg.solve(information + eye, (score - ridge * beta)[:, :, None])
        step: Array = np.asarray(solved[:, :, 0], dtype=np.float64)
        if halved:
            step = _ascending(columns, labels, weights, ridge, beta, step)
        beta = beta + step
        moved = np.abs(step).max(axis=1)
        if not moved.max() > TOLERANCE:
            break
    return beta, moved <= TOLERANCE


def _ascending(
    columns: Array, labels: Array, weights: Array, ridge: float, beta: Array, step: Array
) -> Array:
    """``step``, halved in each fit until its objective does not fall."""

    def objective(at: Array) -> Array:
        fitted = log_likelihood(labels, weights, linear(columns, at))
        return np.asarray(fitted - 0.5 * ridge * (at * at).sum(axis=1))

    value = objective(beta)
    for _ in range(30):
        worse = objective(beta + step) < value - 1e-9 * (1.0 + np.abs(value))
        if not worse.any():
            break
        step = np.where(worse[:, None], 0.5 * step, step)
    return step
