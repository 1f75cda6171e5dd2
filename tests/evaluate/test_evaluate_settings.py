from __future__ import annotations

import pytest
from pydantic import ValidationError

from tutelage.evaluate.settings import EvaluateSettings


def test_defaults_ask_the_held_out_rows_beside_the_untuned_model() -> None:
    found = EvaluateSettings()
    assert found.benches == ("held-out", "beat-rate")
    assert (found.against, found.questions, found.sanity) == ("untuned", 20, 20)


def test_one_bench_needs_no_list() -> None:
    assert EvaluateSettings.model_validate({"benches": "mt-bench"}).benches == ("mt-bench",)
    one = {"kind": "beat-rate", "orders": "one"}
    assert EvaluateSettings.model_validate({"benches": one}).benches == (one,)


@pytest.mark.parametrize("given", [{"benches": []}, {"questions": 0}, {"bench": "x"}, {"against": ""}])
def test_what_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EvaluateSettings.model_validate(given)
