from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import World, correlated_votes, named
from tutelage.errors import BadInput
from tutelage.evaluate.statistics.paired import (
    binomial_p,
    mcnemar_test,
    paired,
    paired_length_controlled,
    sign_test,
)
from tutelage.evaluate.statistics.rates import win_rate

preferences = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1), min_size=1)


def test_the_difference_is_paired() -> None:
    a, b = correlated_votes(np.random.default_rng(0), 400, [0.5, 0.42])
    found, alone = paired(named(a), named(b)), [win_rate(named(each)) for each in (a, b)]
    assert found.difference == pytest.approx(alone[0].win_rate - alone[1].win_rate)
    separate = np.hypot(alone[0].standard_error, alone[1].standard_error)
    assert found.standard_error < 0.85 * separate
    assert found.correlation > 0.3
    assert found.detectable == pytest.approx(2.8016 * found.standard_error, rel=1e-3)


@given(preferences, preferences)
def test_swapped_models_mirror_everything(a: dict[str, float], b: dict[str, float]) -> None:
    if not a.keys() & b.keys():
        with pytest.raises(BadInput, match="in common"):
            paired(a, b)
        return
    there, back = paired(a, b), paired(b, a)
    assert there.difference == -back.difference
    assert there.interval.low == pytest.approx(-back.interval.high)
    assert (there.only_first, there.only_second) == (back.only_second, back.only_first)
    assert there.signs is not None
    assert back.signs is not None
    assert there.signs.p == back.signs.p
    assert there.n == len(a.keys() & b.keys())


@given(preferences)
def test_a_model_does_not_differ_from_itself(rows: dict[str, float]) -> None:
    found = paired(rows, rows)
    assert found.difference == 0
    assert not found.differs
    assert found.signs is not None
    assert (found.signs.p, found.signs.ties) == (1.0, len(rows))


def test_questions_of_one_model_alone_and_missing_ones_are_counted() -> None:
    found = paired({"a": 1.0, "b": 0.0, "c": None, "d": 0.5}, {"a": 0.0, "b": 0.5, "c": 0.5})
    assert (found.n, found.only_first, found.only_second) == (2, 2, 1)


@pytest.mark.parametrize(
    ("wins", "trials", "expected"),
    [(0, 0, 1.0), (5, 10, 1.0), (0, 5, 0.0625), (9, 10, 22 / 1024), (1, 10, 22 / 1024)],
)
def test_the_exact_coin(wins: int, trials: int, expected: float) -> None:
    assert binomial_p(wins, trials) == pytest.approx(expected)


def test_signs_count_directions_and_mcnemar_counts_wins() -> None:
    a, b = np.array([0.9, 0.6, 0.4, 0.2, 0.5]), np.array([0.8, 0.4, 0.3, 0.7, 0.5])
    assert sign_test(a, b).for_first == 3
    assert (sign_test(a, b).for_second, sign_test(a, b).ties) == (1, 1)
    binary = mcnemar_test(a, b)
    assert (binary.for_first, binary.for_second, binary.ties) == (1, 1, 3)


def test_the_length_controlled_difference_uses_common_questions_and_shared_draws() -> None:
    chance = np.random.default_rng(1)
    gamma = chance.normal(0, 1.2, 80)
    a, b = World().design(chance, 80, gamma), World(bias=-1.5).design(chance, 80, gamma)
    fewer = b.only(set(b.questions[:60]))
    found = paired_length_controlled(a, fewer, replicates=100)
    assert (found.n, found.only_first, found.only_second, found.signs) == (60, 20, 0, None)
    assert found.interval.holds(found.difference)
    back = paired_length_controlled(fewer, a, replicates=100)
    assert back.difference == pytest.approx(-found.difference)
    assert back.interval.low == pytest.approx(-found.interval.high)
    same = paired_length_controlled(a, a, replicates=50)
    assert (same.difference, same.interval.low, same.interval.high) == (0, 0, 0)
