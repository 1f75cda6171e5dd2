"""Judgements of the gamed baseline that are known only through a regression fitted to them.

The official file of these judgements is not everywhere to be had. What can be recovered from the published
weights of the two variants' own fits are *predictions*, σ(φt + ψγ + θ), t = tanh of the length difference.
They are not the judgements: an L1 penalty has shrunk the fit, so its predictions do not have the sums that
the judgements have, and a logistic fit knows its labels through nothing but the sums S = Σ t·y and Σ γ·y.
The difference moves a length-controlled rate by up to 0.1 points.

The conditions of first order of those very fits tell the sums. Variant v was fitted on its own rows with
weight 1 and on all gamed rows, without θ, with weight w:

    (S_v - X_v'p_v) + w (Σ_u S_u - Σ_u X_u'σ(X_u β_v)) = sign(β_v) / C

With D_v = S_v - X_v'p_v unknown, that is a linear system with one equation for each variant. C is 2.78 for
both: the published raw win rates, 22.92 and 64.30, differ from the predictions' by just sign(θ)/C.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from tutelage.evaluate.statistics.design import LAMBDA, GamedRow
from tutelage.evaluate.statistics.logistic import Array, sigmoid

PENALTY = float(np.logspace(-4, 4, 10)[5])
"""C of both variants' published fits."""
EXACT = 1e-6
"""Judgements never lie on a logistic surface to this precision; predictions do."""


def variants(rows: Sequence[GamedRow]) -> list[Array]:
    """The rows of each variant, as masks: by its name, else the first row of each question, the second, …"""
    seen: Counter[str] = Counter()
    names = []
    for row in rows:
        names.append(row.variant or f"{seen[row.question]}")
        seen[row.question] += 1
    return [np.array([name == each for name in names], dtype=np.float64) for each in dict.fromkeys(names)]


def surface(labels: Array, columns: Array) -> Array | None:
    """β of labels that are exactly σ(βX), [k]; ``None`` if they are not. ``columns`` is [rows, k]."""
    if len(labels) <= columns.shape[1] or labels.min() <= 0 or labels.max() >= 1:
        return None
    logit = np.log(labels / (1 - labels))
    beta: Array = np.asarray(np.linalg.lstsq(columns, logit, rcond=None)[0], dtype=np.float64)
    return beta if np.abs(columns @ beta - logit).max() < EXACT else None


def restored(
    rows: Sequence[GamedRow], difficulty: Mapping[str, float], *, regularisation: float = LAMBDA
) -> list[GamedRow] | None:
    """The rows with labels that have the judgements' sums; ``None`` where the labels are not predictions.

    Every label moves as little as it can (by 0.013 at most for the published two), in proportion to p(1-p).
    """
    if not rows or any(row.question not in difficulty for row in rows):
        return None
    labels = np.array([row.preference for row in rows], dtype=np.float64)
    columns = np.array([[np.tanh(row.length), difficulty[row.question]] for row in rows])
    weight = regularisation / 2
    masks = variants(rows)
    targets = []
    for mask in masks:
        own = mask > 0
        beta = surface(labels[own], np.column_stack([columns[own], np.ones(int(own.sum()))]))
        if beta is None:
            return None
        gamed_sum = columns.T @ (labels - sigmoid(columns @ beta[:2]))
        targets.append(np.sign(beta[:2]) / PENALTY - weight * gamed_sum)
    system = np.eye(len(masks)) + weight
    lacking = np.linalg.solve(system, np.array(targets)).sum(axis=0)
    room = labels * (1 - labels)
    pull = np.linalg.solve(columns.T @ (columns * room[:, None]), lacking)
    moved = np.clip(labels + room * (columns @ pull), 0, 1)
    return [row._replace(preference=float(label)) for row, label in zip(rows, moved, strict=True)]
