"""The length-controlled win rate as the original program computes it, its defect included.

What it adds to ``length_control`` (facts of the program of Dubois et al. 2024, version
``length_controlled_v1``):

1.  Difficulty is joined by **row position**: row r of a model's file gets the difficulty of question r. A
    model with one row missing is scored with the wrong difficulties from there on.
2.  An L1 penalty, liblinear's objective:  |β|_1 + C · Σ w_i · loss_i(β).
3.  C is chosen among ten values, log-spaced from 1e-4 to 1e4, by grouped 5-fold cross-validation on the
    soft-label log loss. A soft label is a row with label 1 and a row with label 0, both in one fold. The
    gamed rows stand first; with groups of one size the folds are every fifth row, so that the seed (123) has
    no effect.
4.  The SD of the length difference, and the mean prediction, are over all rows, those without a preference
    too.

The optimum is unique, so it is found here by a proximal Newton method (Lee, Sun and Saunders 2014) instead
of liblinear's coordinate descent. Differences are below liblinear's own tolerance. Gamed rows that are
predictions rather than judgements are turned back first (``recovered``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.design import LAMBDA, GamedRow
from tutelage.evaluate.statistics.joined import Preferences, usable
from tutelage.evaluate.statistics.length_control import LengthControl
from tutelage.evaluate.statistics.logistic import Array, gradient, linear, log_likelihood, sigmoid, softplus
from tutelage.evaluate.statistics.rates import standard_error
from tutelage.evaluate.statistics.recovered import restored

PENALTIES = np.logspace(-4, 4, 10)
FOLDS = 5
RESTORED = (
    "the gamed rows hold predictions of their own fits; the sums of the judgements behind them were restored"
)
SWEEPS = 50
STEPS = 100


def l1_newton(columns: Array, labels: Array, weights: Array, penalties: Array) -> Array:
    """Coefficients [fits, k] that minimise |β|_1 + C · Σ weight · loss.

    Args:
        columns: [1, k, rows].
        labels: [1, rows].
        weights: [fits, rows].
        penalties: C of every fit, [fits].
    """
    beta = np.zeros((len(weights), columns.shape[1]))
    scaled = weights * penalties[:, None]

    def objective(beta: Array) -> Array:
        return np.asarray(np.abs(beta).sum(axis=1) - log_likelihood(labels, scaled, linear(columns, beta)))

    value = objective(beta)
    for _ in range(STEPS):
        score, information = gradient(columns, labels, scaled, linear(columns, beta))
        step = _quadratic_step(beta, -score, information)
        for _ in range(40):
            reached = objective(beta + step)
            worse = reached > value + 1e-12 * (1 + np.abs(value))
            if not worse.any():
                break
            step[worse] *= 0.5
        beta, value = beta + step, reached
        if np.abs(step).max() < 1e-10:
            break
    return beta


def _quadratic_step(beta: Array, slope: Array, curvature: Array) -> Array:
    """The d that minimises slope·d + d'Hd/2 + |β + d|_1, by coordinate descent on all fits at once."""
    d = np.zeros_like(beta)
    for _ in range(SWEEPS):
        before = d.copy()
        for j in range(beta.shape[1]):
            h = np.maximum(curvature[:, j, j], 1e-12)
            pull = slope[:, j] + (curvature[:, j] * d).sum(axis=1) - curvature[:, j, j] * d[:, j]
            # With b = β_j + d_j the problem is pull·b + h(b - β_j)²/2 + |b|: a soft threshold.
            aim = h * beta[:, j] - pull
            d[:, j] = np.sign(aim) * np.maximum(np.abs(aim) - 1.0, 0.0) / h - beta[:, j]
        if np.abs(d - before).max() < 1e-13:
            break
    return d


def choose_penalty(columns: Array, labels: Array, weights: Array) -> float:
    """The C with the least mean loss on the folds left out; the smallest of equals.

    Args:
        columns: [1, k, rows].
        labels: [1, rows].
        weights: [1, rows].
    """
    fold = np.arange(labels.shape[1]) % FOLDS
    left_out = fold[None, :] == np.arange(FOLDS)[:, None]
    train = np.repeat(weights * ~left_out, len(PENALTIES), axis=0)
    beta = l1_newton(columns, labels, train, np.tile(PENALTIES, FOLDS))
    eta = linear(columns, beta).reshape(FOLDS, len(PENALTIES), -1)
    loss = weights * (softplus(eta) - labels * eta)
    mean = (loss * left_out[:, None, :]).sum(axis=2) / left_out.sum(axis=1)[:, None]
    return float(PENALTIES[int(np.argmin(mean.mean(axis=0)))])


def fit_as_published(
    preference: Preferences,
    length_model: Mapping[str, float],
    length_baseline: Mapping[str, float],
    difficulty: Sequence[float],
    gamed: Sequence[GamedRow],
    *,
    regularisation: float = LAMBDA,
) -> LengthControl:
    """The published figure of the rows of ``preference``, in the order of the mapping.

    Args:
        preference: by question id, in [0, 1]; the order is that of the model's file.
        length_model: characters of the model's answers.
        length_baseline: characters of the baseline's answers.
        difficulty: of the official questions, in the official order.
        gamed: rows of both variants; their ``question`` is the position in the official order, as text.
        regularisation: λ.

    Raises:
        BadInput: more rows than difficulties, a length is missing, a gamed row is of an unknown question, or
        no row
            has a preference.
    """
    rows, y, gap = _in_file_order(preference, length_model, length_baseline, len(difficulty))
    gamma = np.asarray(difficulty, dtype=np.float64)
    places = {str(place): value for place, value in enumerate(difficulty)}
    known = restored(gamed, places, regularisation=regularisation)
    strange = [row.question for row in gamed if row.question not in places]
    if strange:
        raise BadInput("a gamed row is of no official question", where=f"question: '{strange[0]}'")
    judged = np.isfinite(y)
    spread = gap.std(ddof=1) if len(gap) > 1 else 0.0
    own = np.stack([np.tanh(gap / spread) if spread > 0 else gap * 0, gamma[: len(rows)], np.ones(len(rows))])
    theirs = np.array([[np.tanh(row.length), places[row.question], 0.0] for row in gamed]).reshape(-1, 3).T
    columns = np.concatenate([theirs, own[:, judged]], axis=1)[None]
    labels = np.concatenate([[row.preference for row in known or gamed], y[judged]])[None]
    weights = np.concatenate([np.full(len(gamed), regularisation / 2), np.ones(int(judged.sum()))])[None]
    penalty = choose_penalty(columns, labels, weights)
    beta = l1_newton(columns, labels, weights, np.array([penalty]))[0]
    predictions = sigmoid(beta[1] * own[1] + beta[2])
    return LengthControl(
        win_rate=float(100 * predictions.mean()),
        standard_error=100 * standard_error(predictions),
        n=int(judged.sum()),
        missing=int((~judged).sum()),
        without_difficulty=0,
        formula="published",
        gamed=len(gamed),
        length=float(beta[0]),
        difficulty=float(beta[1]),
        bias=float(beta[2]),
        penalty=penalty,
        notes=_notes(len(difficulty) - len(rows), known is not None),
        predictions=dict(zip(rows, predictions.tolist(), strict=True)),
    )


def _in_file_order(
    preference: Preferences,
    length_model: Mapping[str, float],
    length_baseline: Mapping[str, float],
    official: int,
) -> tuple[list[str], Array, Array]:
    """Ids, preferences (NaN where there is none) and differences in length of all rows, checked."""
    rows = list(preference)
    if len(rows) > official:
        raise BadInput(
            "the published regression knows fewer difficulties than there are rows",
            where=f"{len(rows)} rows, {official} difficulties",
            remedy="leave --as-published out: the plain fit joins by id",
        )
    lost = [each for each in rows if each not in length_model or each not in length_baseline]
    if lost:
        raise BadInput("an answer's length is missing", where=f"question: '{lost[0]}'")
    y = np.array(
        [preference[each] if usable(preference[each]) else np.nan for each in rows], dtype=np.float64
    )
    if not np.isfinite(y).any():
        raise BadInput("no row has a preference", where=f"{len(rows)} rows")
    if np.nanmin(y) < 0 or np.nanmax(y) > 1:
        raise BadInput(
            "a preference must lie between 0 and 1", where=f"found {np.nanmin(y)} to {np.nanmax(y)}"
        )
    gap = np.array([length_baseline[each] - length_model[each] for each in rows], dtype=np.float64)
    return rows, y, gap


def _notes(absent: int, restored: bool) -> tuple[str, ...]:
    """What a person should know of this figure."""
    notes = [RESTORED] if restored else []
    if absent:
        notes.append(
            f"{absent} official questions have no row: as published, the rows behind a gap get the "
            "difficulty of another question; the figure that is joined by id is the right one"
        )
    return tuple(notes)
