"""The shipped weights belong to the features, and none of them excuses a fault."""

from __future__ import annotations

from tutelage.filters.effort import NAMES
from tutelage.filters.shirker_weights import INTERCEPT, THRESHOLD, WEIGHTS


def test_every_feature_has_one_weight_that_is_not_negative() -> None:
    assert tuple(WEIGHTS) == NAMES
    assert min(WEIGHTS.values()) >= 0


def test_an_answer_without_fault_is_kept() -> None:
    assert INTERCEPT < 0
    assert 0 < THRESHOLD < 1
