"""How hard is each question? A joint fit over one's own models, for a new question set or judge.

The published difficulties hold for one question set, one baseline and one judge. The fit that made them
(Dubois et al. 2024) is done here for the models at hand. For model m and question i:

    logit P(m wins on i) = θ_m + φ_m · tanh((L_i - l_mi) / s_m) + γ_i            γ ~ N(0, 1/ρ),  mean γ = 0

The prior on γ is what makes it work with few models: a question that one model alone answered cannot be told
from that model's luck, and is drawn to 0. The system of Newton's method has an arrow's shape, with a
diagonal block of questions:

    [ A   B ] [ δ_models    ]
    [ B'  D ] [ δ_questions ]     solved by the Schur complement  A - B D⁻¹ B',  two rows for each model

A model's own answers say something about γ too. To score a model by difficulties that it had no part in,
leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tutelage.errors import BadInput, nearest
from tutelage.evaluate.statistics.design import Design
from tutelage.evaluate.statistics.logistic import RIDGE, Array, sigmoid, softplus

PRIOR = 0.5
"""ρ: difficulties have an SD of 1.4, which is that of the published ones (1.48)."""
STEPS = 60
FEW_MODELS = 5


@dataclass(frozen=True, slots=True)
class Difficulties:
    """γ by question id, with how many models each was seen by; ``notes`` say what to be careful about."""

    gamma: Mapping[str, float]
    seen: Mapping[str, int]
    models: tuple[str, ...]
    settled: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rows:
    """Every (model, question) pair in one list: their model, question, length term and preference, each
    [rows]."""

    model: np.ndarray[tuple[int], np.dtype[np.int64]]
    question: np.ndarray[tuple[int], np.dtype[np.int64]]
    length: Array
    label: Array


def joint_fit(designs: Mapping[str, Design], *, prior: float = PRIOR, without: str = "") -> Difficulties:
    """Difficulties of all questions that any of the models was judged on.

    Args:
        designs: by model; the difficulties that a design may have are not looked at.
        prior: ρ, the strength of the pull to 0.
        without: a model that shall have no part in it, because it is to be scored with the result.

    Raises:
        BadInput: fewer than two models, ``without`` is unknown, or ``prior`` is not positive.
    """
    if without and without not in designs:
        raise BadInput(f"there is no model '{without}' to leave out", remedy=nearest(without, designs))
    if prior <= 0:
        raise BadInput("the pull of difficulties to 0 must be positive", where=f"prior: {prior!r}")
    used = {name: designs[name] for name in sorted(designs) if name != without}
    if len(used) < 2:
        raise BadInput(
            "difficulties need at least two models: of one, a hard question and a bad answer look the same",
            where=f"models: {', '.join(used) or 'none'}",
            remedy="judge more models, or use the minimal formula, without difficulties",
        )
    names = sorted({each for made in used.values() for each in made.questions})
    place = {each: at for at, each in enumerate(names)}
    rows = _rows(list(used.values()), place)
    gamma, settled = _newton(rows, len(used), len(names), prior)
    seen = np.bincount(rows.question, minlength=len(names))
    return Difficulties(
        gamma=dict(zip(names, gamma.tolist(), strict=True)),
        seen=dict(zip(names, seen.tolist(), strict=True)),
        models=tuple(used),
        settled=settled,
        notes=_notes(len(used), int((seen < len(used)).sum()), settled),
    )


def _rows(designs: list[Design], place: Mapping[str, int]) -> _Rows:
    """All pairs, model after model."""
    lengths = []
    for made in designs:
        spread = made.gap.std(ddof=1) if len(made) > 1 else 0.0
        lengths.append(np.tanh(made.gap / spread) if spread > 0 else np.zeros(len(made)))
    return _Rows(
        model=np.repeat(np.arange(len(designs)), [len(made) for made in designs]),
        question=np.array([place[each] for made in designs for each in made.questions], dtype=np.int64),
        length=np.concatenate(lengths),
        label=np.concatenate([made.preference for made in designs]),
    )


def _newton(rows: _Rows, models: int, questions: int, prior: float) -> tuple[Array, bool]:
    """γ [questions], centred, and whether the fit came to rest."""
    bias, slope, gamma = np.zeros(models), np.zeros(models), np.zeros(questions)

    def eta(bias: Array, slope: Array, gamma: Array) -> Array:
        return np.asarray(bias[rows.model] + slope[rows.model] * rows.length + gamma[rows.question])

    def loss(bias: Array, slope: Array, gamma: Array) -> float:
        at = eta(bias, slope, gamma)
        fitted = float((softplus(at) - rows.label * at).sum())
        return fitted + 0.5 * prior * float(gamma @ gamma) + 0.5 * RIDGE * float(bias @ bias + slope @ slope)

    value = loss(bias, slope, gamma)
    for _ in range(STEPS):
        step = _arrow_step(rows, eta(bias, slope, gamma), bias, slope, gamma, prior)
        size = 1.0
        while size > 1e-6 and loss(*_moved(bias, slope, gamma, step, size)) > value + 1e-12 * (1 + value):
            size /= 2
        bias, slope, gamma = _moved(bias, slope, gamma, step, size)
        value = loss(bias, slope, gamma)
        if max(float(np.abs(part).max()) for part in step) < 1e-8:
            return gamma - gamma.mean(), True
    return gamma - gamma.mean(), False


def _moved(
    bias: Array, slope: Array, gamma: Array, step: tuple[Array, Array, Array], size: float
) -> tuple[Array, Array, Array]:
    """All three, ``size`` of a step further."""
    return bias + size * step[0], slope + size * step[1], gamma + size * step[2]


def _arrow_step(
    rows: _Rows, eta: Array, bias: Array, slope: Array, gamma: Array, prior: float
) -> tuple[Array, Array, Array]:
    """Newton's step of (θ, φ, γ) by the Schur complement of the questions' diagonal block."""
    p = sigmoid(eta)
    residual, weight = rows.label - p, p * (1 - p)
    m, n = len(bias), len(gamma)

    def by_model(values: Array) -> Array:
        return np.asarray(np.bincount(rows.model, values, minlength=m), dtype=np.float64)

    score = np.concatenate(
        [by_model(residual) - RIDGE * bias, by_model(residual * rows.length) - RIDGE * slope]
    )
    score_gamma = np.bincount(rows.question, residual, minlength=n) - prior * gamma
    corner = np.diag(by_model(weight * rows.length))
    a = np.block(
        [[np.diag(by_model(weight)), corner], [corner, np.diag(by_model(weight * rows.length**2))]]
    ) + RIDGE * np.eye(2 * m)
    b = np.zeros((2 * m, n))
    b[rows.model, rows.question] = weight
    b[m + rows.model, rows.question] = weight * rows.length
    d = np.bincount(rows.question, weight, minlength=n) + prior
    models = np.linalg.solve(a - (b / d) @ b.T, score - b @ (score_gamma / d))
    ahead: Array = np.asarray(models, dtype=np.float64)
    return ahead[:m], ahead[m:], np.asarray((score_gamma - ahead @ b) / d)


def _notes(models: int, partly: int, settled: bool) -> tuple[str, ...]:
    notes = [f"difficulties are estimated from {models} models of your own, not the published ones"]
    if models < FEW_MODELS:
        notes.append("with so few models the difficulties are rough, and are drawn towards 0")
    if partly:
        notes.append(f"{partly} questions were not judged for every model")
    if not settled:
        notes.append("the joint fit did not settle")
    return tuple(notes)
