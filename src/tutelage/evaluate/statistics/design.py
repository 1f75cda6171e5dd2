"""What a length-controlled fit is made of: rows joined by id, and the regressors of any resample of them.

A resample is a row of counts, how often each question is taken. The rows of the gamed baseline go with their
question, and the SD by which lengths are scaled is that of the resample: nothing is carried over from the
whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.joined import Preferences, usable
from tutelage.evaluate.statistics.logistic import RIDGE, Array, newton, sigmoid

LAMBDA = 0.2
"""The published weight of the gamed rows, shared by the two variants."""


class GamedRow(NamedTuple):
    """The baseline, told to be concise or verbose, against itself: the preference for the variant in [0, 1],
    and
    the difference in length (baseline - variant) in standard deviations of that difference."""

    question: str
    preference: float
    length: float
    variant: str = ""


def gamed_rows(
    variant: str,
    preference: Preferences,
    length_variant: Mapping[str, float],
    length_baseline: Mapping[str, float],
) -> list[GamedRow]:
    """Rows from one's own judgements of a baseline that was told to be concise, or verbose."""
    lengths = length_variant.keys() & length_baseline.keys()
    kept = sorted(each for each in preference if usable(preference[each]) and each in lengths)
    gap = np.array([length_baseline[each] - length_variant[each] for each in kept], dtype=np.float64)
    spread = gap.std(ddof=1) if len(gap) > 1 else 0.0
    scaled = (gap / spread if spread > 0 else gap * 0).tolist()
    return [
        GamedRow(each, float(preference[each] or 0.0), length, variant)
        for each, length in zip(kept, scaled, strict=True)
    ]


@dataclass(frozen=True)
class Design:
    """What a fit is made of, questions in the order of their ids.

    ``preference``, ``gap`` (baseline - model, characters) and ``gamma`` are [n]; the gamed rows' ``gamed_*``
    [m], with the place of their question in ``gamed_at``. ``gamma`` is ``None`` in the minimal formula.
    """

    questions: tuple[str, ...]
    preference: Array
    gap: Array
    gamma: Array | None
    gamed_preference: Array
    gamed_length: Array
    gamed_at: np.ndarray[tuple[int], np.dtype[np.int64]]
    gamed_weight: float
    missing: int = 0
    without_difficulty: int = 0

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def formula(self) -> str:
        """``full``, or ``minimal`` where no difficulty is known."""
        return "minimal" if self.gamma is None else "full"

    @property
    def equal(self) -> bool:
        """Whether nothing sets the two models apart: every length the same, every preference one half."""
        return not self.gap.any() and bool((self.preference == 0.5).all())

    def common(self, other: Design) -> tuple[Design, Design]:
        """Both on the questions of both."""
        shared = set(self.questions) & set(other.questions)
        if not shared:
            raise BadInput("the two models have no judged question in common")
        return self.only(shared), other.only(shared)

    def only(self, kept: set[str]) -> Design:
        """Its rows of the questions ``kept``."""
        rows = np.array([at for at, each in enumerate(self.questions) if each in kept], dtype=np.int64)
        place = np.full(len(self), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        stay = place[self.gamed_at] >= 0
        return replace(
            self,
            questions=tuple(self.questions[at] for at in rows),
            preference=self.preference[rows],
            gap=self.gap[rows],
            gamma=None if self.gamma is None else self.gamma[rows],
            gamed_preference=self.gamed_preference[stay],
            gamed_length=self.gamed_length[stay],
            gamed_at=place[self.gamed_at[stay]],
            missing=self.missing + len(self) - len(rows),
        )

    def columns(self, counts: Array) -> Array:
        """The regressors [fits, k, n + m] of each resample: length, difficulty (if known), the row is its
        own."""
        total = counts.sum(axis=1, keepdims=True)
        centred = self.gap - (counts @ self.gap)[:, None] / total
        spread = np.sqrt((counts * centred * centred).sum(axis=1, keepdims=True) / np.maximum(total - 1, 1))
        scaled = np.divide(self.gap, spread, out=np.zeros_like(centred), where=spread > 0)
        fits, n = counts.shape
        found = np.zeros((fits, 2 if self.gamma is None else 3, n + len(self.gamed_at)))
        found[:, 0, :n] = np.tanh(scaled)
        found[:, 0, n:] = np.tanh(self.gamed_length)
        if self.gamma is not None:
            found[:, 1, :n] = self.gamma
            found[:, 1, n:] = self.gamma[self.gamed_at]
        found[:, -1, :n] = 1.0
        return found

    def refit(
        self, counts: Array, start: Array | None = None
    ) -> tuple[Array, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """Coefficients [fits, k] where question i is taken ``counts[fit, i]`` times; and which fits settled.

        A gamed row goes with its question, and the SD of the lengths is that of the resample.
        """
        weights = np.concatenate([counts, self.gamed_weight * counts[:, self.gamed_at]], axis=1)
        labels = np.concatenate([self.preference, self.gamed_preference])[None, :]
        return newton(self.columns(counts), labels, weights, ridge=RIDGE, start=start)

    def predictions(self, beta: Array) -> Array:
        """σ(ψγ + θ) of every fit and question, [fits, n]."""
        eta = np.repeat(beta[:, -1:], len(self), axis=1)
        if self.gamma is not None:
            eta = eta + beta[:, 1:2] * self.gamma
        return sigmoid(eta)

    def rates(self, counts: Array, start: Array | None = None) -> Array:
        """The length-controlled rate, in percent, of every resample [fits]."""
        beta, _ = self.refit(counts, start)
        return np.asarray(100 * (counts * self.predictions(beta)).sum(axis=1) / counts.sum(axis=1))


def design(
    preference: Preferences,
    length_model: Mapping[str, float],
    length_baseline: Mapping[str, float],
    difficulty: Mapping[str, float] | None = None,
    gamed: Sequence[GamedRow] | None = None,
    *,
    regularisation: float = LAMBDA,
) -> Design:
    """Join by id what a fit needs.

    Raises:
        BadInput: no question has all that is needed; a preference is outside [0, 1].
    """
    lengths = {
        each for each in preference if usable(length_model.get(each)) and usable(length_baseline.get(each))
    }
    judged = [each for each in lengths if usable(preference[each])]
    kept = sorted(each for each in judged if difficulty is None or usable(difficulty.get(each)))
    if not kept:
        raise BadInput(
            "no question has a preference, both lengths" + (" and a difficulty" if difficulty else ""),
            where=f"{len(preference)} preferences, {len(lengths)} of them with lengths",
            remedy="check that all of them use the same ids",
        )
    y = np.array([preference[each] for each in kept], dtype=np.float64)
    if y.min() < 0 or y.max() > 1:
        raise BadInput("a preference must lie between 0 and 1", where=f"found {y.min()} to {y.max()}")
    place = {each: at for at, each in enumerate(kept)}
    extra = sorted(row for row in gamed or () if row.question in place and usable(row.preference))
    return Design(
        questions=tuple(kept),
        preference=y,
        gap=np.array([length_baseline[each] - length_model[each] for each in kept], dtype=np.float64),
        gamma=None if difficulty is None else np.array([difficulty[each] for each in kept], dtype=np.float64),
        gamed_preference=np.array([row.preference for row in extra], dtype=np.float64),
        gamed_length=np.array([row.length for row in extra], dtype=np.float64),
        gamed_at=np.array([place[row.question] for row in extra], dtype=np.int64),
        gamed_weight=regularisation / 2,
        missing=len(preference) - len(judged),
        without_difficulty=len(judged) - len(kept),
    )
