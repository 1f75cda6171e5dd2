from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tutelage.recipe.settings import Budget, PaceOptions, Patience, Price


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Budget, {"money": -1}),
        (Budget, {"money": float("nan")}),
        (Budget, {"calls": 1.5}),
        (PaceOptions, {"concurrency": 0}),
        (PaceOptions, {"concurrency": "fast"}),
        (PaceOptions, {"mode": "bulk"}),
        (PaceOptions, {"tries": 0}),
        (PaceOptions, {"hedge_after": 0}),
        (Patience, {"yield": 1.5}),
        (Patience, {"least": 0.1}),
        (Price, {"prompt": 1}),
        (Price, {"prompt": 1, "completion": float("inf")}),
    ],
)
def test_values_out_of_bounds_are_refused(model: type[BaseModel], values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(values)


def test_the_defaults_bound_nothing_and_change_nothing() -> None:
    assert Budget().model_dump() == {"money": None, "tokens": None, "calls": None}
    assert PaceOptions().concurrency == "auto"
    assert Patience.model_validate({"window": 10, "yield": 0}).least == 0
    assert Patience().model_dump(by_alias=True) == {"window": 100, "yield": 0.02}
