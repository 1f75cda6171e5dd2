from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.evaluate.statistics.position import position

true = st.lists(st.floats(0.3, 0.7), min_size=1, max_size=20)


@given(true, st.floats(-0.3, 0.3))
def test_a_bias_for_a_place_cancels_in_both_orders(values: list[float], bias: float) -> None:
    rows = [
        (str(at), first, y + (bias if first else -bias))
        for at, y in enumerate(values)
        for first in (True, False)
    ]
    found = position(rows)
    assert found.preferences == pytest.approx({str(at): y for at, y in enumerate(values)})
    assert (found.both, found.half) == (len(values), 0)


def test_a_judge_who_always_takes_the_first() -> None:
    rows = [(str(at), first, float(first)) for at in range(30) for first in (True, False)]
    found = position(rows)
    assert (found.first, found.flips) == (100, 100)
    assert set(found.preferences.values()) == {0.5}
    assert found.first_interval is not None
    assert found.first_interval.low > 85


def test_a_fair_judge_flips_never() -> None:
    rows = [(str(at), first, float(at % 2)) for at in range(30) for first in (True, False)]
    found = position(rows)
    assert (found.first, found.flips) == (50, 0)


def test_one_order_at_random_is_measured_and_kept() -> None:
    chance = np.random.default_rng(0)
    rows = [(str(at), bool(chance.random() < 0.5), 0.9) for at in range(100)]
    found = position(rows)
    assert found.flips is None
    assert (found.both, found.half) == (0, 0)
    assert set(found.preferences.values()) == {0.9}
    share = 100 * sum(first for _, first, _ in rows) / 100
    assert found.first == pytest.approx(share)


def test_half_a_comparison_is_left_out_among_whole_ones() -> None:
    rows = [
        ("a", True, 0.9),
        ("a", False, 0.7),
        ("b", True, 0.9),
        ("b", False, None),
        ("c", True, float("nan")),
    ]
    found = position(rows)
    assert found.preferences == pytest.approx({"a": 0.8, "b": None, "c": None})
    assert (found.both, found.half, found.unread, found.judgements) == (1, 1, 2, 5)


def test_ties_decide_nothing() -> None:
    found = position([("a", True, 0.5), ("a", False, 0.5)])
    assert (found.first, found.first_interval, found.flips) == (None, None, 0)
    assert position([]).flips is None


def test_the_same_order_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="twice"):
        position([("a", True, 0.9), ("a", True, 0.9)])
