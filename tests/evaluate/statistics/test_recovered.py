from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tutelage.evaluate.statistics.design import GamedRow
from tutelage.evaluate.statistics.recovered import restored, surface, variants


def sums(rows: list[GamedRow], gamma: dict[str, float]) -> tuple[float, float]:
    return (
        sum(row.preference * float(np.tanh(row.length)) for row in rows),
        sum(row.preference * gamma[row.question] for row in rows),
    )


def test_the_sums_are_those_that_the_published_weights_of_other_models_demand(alpaca: Any) -> None:
    """Fifty models' weights, put into their score equations, gave -182.7 and 412.9 (spread 0.08 and 0.14)."""
    rows = restored(alpaca.gamed, alpaca.gamma)
    assert rows is not None
    assert sums(rows, alpaca.gamma) == pytest.approx((-182.7, 412.9), abs=0.2)
    assert max(abs(a.preference - b.preference) for a, b in zip(rows, alpaca.gamed, strict=True)) < 0.02


def test_without_names_the_variants_are_the_first_and_the_second_row_of_a_question(alpaca: Any) -> None:
    bare = [row._replace(variant="") for row in alpaca.gamed]
    assert restored(bare, alpaca.gamma) == [
        row._replace(variant="") for row in restored(alpaca.gamed, alpaca.gamma) or []
    ]
    assert [mask.sum() for mask in variants(bare)] == [805, 805]


def test_real_judgements_are_left_alone(alpaca: Any) -> None:
    chance = np.random.default_rng(0)
    judged = [row._replace(preference=float(chance.random())) for row in alpaca.gamed]
    assert restored(judged, alpaca.gamma) is None
    assert restored([], {}) is None
    assert restored(alpaca.gamed, {}) is None


def test_labels_of_zero_or_one_lie_on_no_surface() -> None:
    assert surface(np.array([0.0, 1.0, 0.5, 0.2]), np.ones((4, 1))) is None
    assert surface(np.full(4, 0.5), np.ones((4, 1))) == pytest.approx([0.0])
