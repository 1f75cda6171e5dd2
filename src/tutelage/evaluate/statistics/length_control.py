"""The length-controlled win rate: would the model win if its answers were no longer than the baseline's?

After Dubois, Galambosi, Liang and Hashimoto (2024), "Length-Controlled AlpacaEval". For question i with
preference y_i, answers of l_i (model) and L_i (baseline) characters and difficulty γ_i:

    logit P(model wins) = φ · tanh((L_i - l_i) / s) + ψ · γ_i + θ · [the row is the model's own]

where s is the sample SD of L - l; there is no intercept. Two more answers of the baseline to each question,
told to be concise and told to be verbose ("gamed"), are judged against its plain one: their rows have no θ
and the weight λ/2, so they teach the fit what length alone is worth. The figure is the mean prediction with
the length term at 0:

    LC = 100 · mean_i σ(ψ γ_i + θ)

This is the plain fit, by Newton's method, with everything joined by id; gamed rows count where their
question is judged. ``published`` has the original's L1 penalty, cross-validation and row positions. Without
difficulties the formula is the ``minimal`` one, without ψγ. The *published* standard error, SD of the
predictions / √n, leaves out that φ, ψ and θ are estimates: ``bootstrap`` gives the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tutelage.evaluate.statistics.design import LAMBDA, Design, GamedRow, design, gamed_rows
from tutelage.evaluate.statistics.joined import Preferences

__all__ = ["LAMBDA", "Design", "GamedRow", "LengthControl", "design", "fit", "fit_design", "gamed_rows"]


@dataclass(frozen=True, slots=True)
class LengthControl:
    """A length-controlled win rate, in percent, and how it came about.

    ``standard_error`` is the published one, which is too small. ``n`` questions were counted, ``missing``
    had no preference or no length, ``without_difficulty`` lacked a difficulty while others had one.
    ``gamed`` counts the rows of the gamed baseline in the fit.
    """

    win_rate: float
    standard_error: float
    n: int
    missing: int
    without_difficulty: int
    formula: str
    gamed: int
    length: float
    difficulty: float
    bias: float
    settled: bool = True
    penalty: float | None = None
    notes: tuple[str, ...] = ()
    predictions: Mapping[str, float] = field(default_factory=dict, repr=False)


def fit(
    preference: Preferences,
    length_model: Mapping[str, float],
    length_baseline: Mapping[str, float],
    difficulty: Mapping[str, float] | None = None,
    gamed: Sequence[GamedRow] | None = None,
    *,
    regularisation: float = LAMBDA,
) -> LengthControl:
    """The length-controlled win rate of one model, plain and aligned by id.

    Args:
        preference: for the model, in [0, 1], by question id; ``None`` or NaN where there is none.
        length_model: characters of the model's answers. length_baseline: characters of the baseline's
        answers. difficulty: γ; without it the formula is the minimal one. gamed: the baseline told to be
        concise and verbose; without them lengths are judged by this model alone. regularisation: λ, the
        weight of the gamed rows.

    Raises:
        BadInput: no question has all that is needed, or a preference is outside [0, 1].
    """
    made = design(preference, length_model, length_baseline, difficulty, gamed, regularisation=regularisation)
    return fit_design(made)


def fit_design(made: Design) -> LengthControl:
    """The same of rows that are joined already.

    A baseline against itself (every length equal, every preference 0.5) is 50 by construction, not by
    rounding.
    """
    n = len(made)
    if made.equal:
        beta, settled, predictions = np.zeros((1, 3)), np.array([True]), np.full(n, 0.5)
    else:
        beta, settled = made.refit(np.ones((1, n)))
        predictions = made.predictions(beta)[0]
    return LengthControl(
        win_rate=float(100 * predictions.mean()),
        standard_error=float(100 * predictions.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0,
        n=n,
        missing=made.missing,
        without_difficulty=made.without_difficulty,
        formula=made.formula,
        gamed=len(made.gamed_at),
        length=float(beta[0, 0]),
        difficulty=float(beta[0, 1]) if made.gamma is not None else 0.0,
        bias=float(beta[0, -1]),
        settled=bool(settled[0]),
        notes=_notes(made, bool(settled[0])),
        predictions=dict(zip(made.questions, predictions.tolist(), strict=True)),
    )


def _notes(made: Design, settled: bool) -> tuple[str, ...]:
    """What a person should know of this fit."""
    notes = []
    if made.gamma is None:
        notes.append("no difficulties were given: the formula is the minimal one, length and bias alone")
    if not len(made.gamed_at):
        notes.append("no judgements of a gamed baseline: the worth of length is learnt from this model alone")
    if made.missing:
        notes.append(f"{made.missing} questions lack a preference or a length and are left out")
    if made.without_difficulty:
        notes.append(f"{made.without_difficulty} questions have no difficulty and are left out")
    if not settled:
        notes.append("the regression did not settle: too few questions for what it has to learn")
    return tuple(notes)
