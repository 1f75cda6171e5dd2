from __future__ import annotations

import sys

import pytest

from tutelage.errors import MissingExtra
from tutelage.evaluate import numbers


def test_numpy_and_the_statistics_are_reached() -> None:
    assert numbers.numpy().asarray([1.0]).sum() == 1.0
    assert numbers.statistics("rates").win_rate({"a": 1.0}).win_rate == 100.0


def test_without_numpy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingExtra, match="numpy") as caught:
        numbers.statistics("rates")
    assert "tutelage[evaluate]" in caught.value.remedy
