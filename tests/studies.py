"""Synthetic evaluations with a known truth, for the tests of the statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tutelage.evaluate.statistics.design import Design, design

Array = Any


def sigmoid(eta: Array) -> Array:
    return 1 / (1 + np.exp(-eta))


def named(values: Array) -> dict[str, float]:
    """By question id, in an order of no meaning."""
    return {f"q{at}": float(value) for at, value in enumerate(values)}


@dataclass(frozen=True)
class World:
    """Questions of some difficulty, answers of some length, a judge who likes length and is never quite
    sure."""

    bias: float = -0.5
    length: float = -1.2
    difficulty: float = 0.8
    noise: float = 2.0

    def study(self, chance: np.random.Generator, n: int) -> tuple[Array, Array, Array]:
        """Preference, baseline's surplus of characters, and difficulty of ``n`` questions."""
        return self.answers(chance, chance.normal(0, 1.2, n))

    def answers(self, chance: np.random.Generator, gamma: Array) -> tuple[Array, Array, Array]:
        """The same for questions of given difficulty."""
        n = len(gamma)
        gap = chance.normal(300, 700, n)
        eta = self.length * np.tanh(gap / 761.577) + self.difficulty * gamma + self.bias
        return sigmoid(eta + chance.normal(0, self.noise, n)), gap, gamma

    def design(self, chance: np.random.Generator, n: int, gamma: Array | None = None) -> Design:
        y, gap, gamma = self.study(chance, n) if gamma is None else self.answers(chance, gamma)
        return design(named(y), named(gap * 0), named(gap), named(gamma))


def correlated_votes(chance: np.random.Generator, n: int, rates: list[float]) -> list[Array]:
    """Soft preferences [n] of several models, each with its true mean; hard questions are hard for all."""
    hard = chance.normal(0, 1, n)
    found = []
    for rate in rates:
        raw = sigmoid(2.0 * (hard + chance.normal(0, 1.0, n)))  # mean one half
        # A preference is kept or replaced by the end of the scale: the mean moves exactly where it should.
        end, share = (1.0, 2 * rate - 1) if rate >= 0.5 else (0.0, 1 - 2 * rate)
        found.append(np.where(chance.random(n) < share, end, raw))
    return found
