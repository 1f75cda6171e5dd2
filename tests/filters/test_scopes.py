"""Pools of examples."""

from __future__ import annotations

import pytest

from tutelage.errors import BadInput
from tutelage.filters.scopes import EVERYTHING, pool_of
from tutelage.records import Example

ROW = Example.single_turn("a", "b", id="x", cell={"task": "sort"})


def test_a_pool_is_everything_or_a_value_of_the_cell() -> None:
    assert pool_of(ROW, EVERYTHING, "f.scope") == ""
    assert pool_of(ROW, "task", "f.scope") == "sort"


def test_an_unknown_key_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        pool_of(ROW, "taks", "f.scope")
    assert caught.value.where == "f.scope, row x"
    assert "did you mean 'task'" in caught.value.remedy
