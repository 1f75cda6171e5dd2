"""The weights of the filter ``shirker``, as ``benchmarks/shirker.py --fit`` writes them."""

from __future__ import annotations

from collections.abc import Mapping

from tutelage.filters.effort import Feature

INTERCEPT = -3.25
THRESHOLD = 0.5  # the intercept puts the loss of true answers in the fitting rows at 2%
WEIGHTS: Mapping[Feature, float] = {
    "refusal": 2.45,
    "declined": 4.85,
    "short": 0.92,
    "little": 6.08,
    "stock": 3.25,
    "evasion": 5.24,
    "open_end": 4.00,
    "restated": 0.49,
    "alike": 6.87,
    "common": 0.39,
}
