from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tuning_laws import QUIET, Laws, fresh, logits, train, tuned
from tutelage.errors import BadInput
from tutelage.tune.lora import LoRA
from tutelage.tune.modules import counted, linears, trained, widths

pytestmark = QUIET


class TestLoRA(Laws):
    tuning = LoRA(rank=4, alpha=8)
    rate = 2e-2


class TestDoRA(Laws):
    tuning = LoRA(rank=4, alpha=8, dora=True, rslora=True, targets=("q_proj", "down_proj"))
    rate = 2e-2

    @pytest.fixture(scope="class", params=("llama",))
    @classmethod
    def run(cls, request: pytest.FixtureRequest) -> Any:
        return tuned(request.param, cls.tuning, cls.rate)


def test_the_number_of_parameters_is_the_formula() -> None:
    model = fresh("llama")
    expected = sum(4 * sum(widths(each)) for each in linears(model).values())
    assert counted(LoRA(rank=4).attach(model, seed=1)).trainable == expected


def test_biases_of_the_base_are_trained_and_restored(tmp_path: Path) -> None:
    tuning = LoRA(rank=4, bias="lora_only")
    model = tuning.attach(fresh("gpt2"), seed=1)
    assert any(name.endswith(".bias") for name in trained(model))
    train(model, tuning, 1e-2)
    tuning.save(model, tmp_path)
    assert (logits(tuning.restore(fresh("gpt2"), tmp_path)) - logits(model)).abs().max() < 1e-6


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rank": 33}, "rank 33 is above the width of every layer"),
        ({"rank": 4, "targets": ("qproj",)}, "did you mean 'q_proj'"),
        ({"rank": 4, "bias": "all"}, "has no bias terms to train"),
    ],
)
def test_what_does_not_fit_the_model_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        LoRA(**settings).attach(fresh("llama"), seed=1)


@pytest.mark.parametrize(
    "settings", [{"rank": 0}, {"alpha": "much"}, {"dropout": 1}, {"r": 8}, {"bias": "some"}]
)
def test_settings_of_the_wrong_type_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LoRA(**settings)


def test_another_base_is_refused(tmp_path: Path) -> None:
    tuning = LoRA(rank=4)
    tuning.save(tuning.attach(fresh("llama"), seed=1), tmp_path)
    with pytest.raises(BadInput, match="does not fit the model"):
        tuning.restore(fresh("gpt2"), tmp_path)
