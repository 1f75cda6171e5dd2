"""One scale for several models from comparisons of pairs.

    P(a beats b) = 1 / (1 + e^(s_b - s_a))                     Bradley and Terry (1952)

fitted by the algorithm of Hunter (2004), which always ascends; a tie or a soft preference is shared between
the two. One virtual tie of every model against an average one keeps the strength of a model that never lost
finite. Strengths are in natural units with mean 0; ``elo`` is the scale that people know, 400/ln 10 points a
unit around 1000.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

import numpy as np

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.bootstrap import counts, percentile
from tutelage.evaluate.statistics.interval import Interval
from tutelage.evaluate.statistics.logistic import Array

STEPS = 1000
ELO = 400 / log(10)

Match = tuple[str, str, str, float]
"""Question, model, opponent, preference for the model in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Strengths by model, best first, with intervals from resampled questions; ``matches`` were counted."""

    strength: Mapping[str, float]
    interval: Mapping[str, Interval]
    matches: int

    def elo(self) -> dict[str, float]:
        """The strengths as Elo points around 1000."""
        return {name: 1000 + ELO * value for name, value in self.strength.items()}

    def beats(self, a: str, b: str) -> float:
        """The chance, in percent, that ``a`` beats ``b``."""
        return float(100 / (1 + np.exp(self.strength[b] - self.strength[a])))


def strengths(wins: Array) -> Array:
    """Strengths [..., k] from ``wins`` [..., k, k], how often row beat column; several tables at once."""
    k = wins.shape[-1]
    games = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1) + 0.5
    power = np.ones(wins.shape[:-1])
    for _ in range(STEPS):
        pairs = (games / (power[..., :, None] + power[..., None, :])).sum(axis=-1)
        ahead = won / (pairs + 1 / (power + 1))
        ahead /= np.exp(np.log(ahead).sum(axis=-1, keepdims=True) / k)
        moved = float(np.abs(np.log(ahead / power)).max())
        power = ahead
        if moved < 1e-10:
            break
    return np.asarray(np.log(power))


def bradley_terry(
    matches: Iterable[Match], *, replicates: int = 300, seed: int = 0, level: float = 0.95
) -> Scale:
    """The scale of all models that met.

    Raises:
        BadInput: no match, a model against itself, or a preference outside [0, 1].
    """
    rows = sorted(matches)
    if not rows:
        raise BadInput("a scale of models needs at least one match")
    for question, a, b, value in rows:
        if a == b or not 0 <= value <= 1:
            raise BadInput(
                "this match cannot be counted", where=f"question '{question}': {a!r} against {b!r}, {value!r}"
            )
    names = sorted({name for _, a, b, _ in rows for name in (a, b)})
    questions = sorted({question for question, *_ in rows})
    at, row = {name: i for i, name in enumerate(names)}, {each: i for i, each in enumerate(questions)}
    tables = np.zeros((len(questions), len(names), len(names)))
    for question, a, b, value in rows:
        tables[row[question], at[a], at[b]] += value
        tables[row[question], at[b], at[a]] += 1 - value
    flat = tables.reshape(len(questions), -1)
    drawn = counts(len(questions), replicates, seed=seed, place="bradley-terry")
    found = strengths((drawn @ flat).reshape(replicates, len(names), len(names)))
    estimate = strengths(tables.sum(axis=0))
    order = sorted(names, key=lambda name: (-estimate[at[name]], name))
    return Scale(
        strength={name: float(estimate[at[name]]) for name in order},
        interval={name: percentile(found[:, at[name]], level) for name in order},
        matches=len(rows),
    )
