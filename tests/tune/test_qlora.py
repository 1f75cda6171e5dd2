from __future__ import annotations

import importlib.util
from typing import Any

import pytest
import torch

from tuning_laws import QUIET, Laws, fresh, logits
from tutelage.errors import BadInput, MissingExtra
from tutelage.tune.qlora import QLoRA
from tutelage.tune.unpacking import packed

pytestmark = QUIET


class TestQLoRA(Laws):
    tuning = QLoRA(rank=4, alpha=8)
    rate = 2e-2


def test_the_base_is_in_four_bits_and_differs_from_the_plain_one() -> None:
    model = fresh("llama", QLoRA())
    assert len(packed(model)) == 14
    difference = (logits(model) - logits(fresh("llama"))).abs().max()
    assert 0 < difference < 0.5


def test_a_base_that_is_not_quantised_is_refused() -> None:
    with pytest.raises(BadInput, match="loaded without quantisation"):
        QLoRA(rank=4).attach(fresh("llama"), seed=1)


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def without(name: str, *rest: Any) -> Any:
        return None if name == "bitsandbytes" else found(name, *rest)

    monkeypatch.setattr("tutelage.tune.qlora.find_spec", without)
    with pytest.raises(MissingExtra, match=r"tutelage\[qlora\]"):
        QLoRA().loading()


def test_merged_it_can_be_trained_again() -> None:
    tuning = QLoRA(rank=4)
    merged = tuning.merge(tuning.attach(fresh("llama", tuning), seed=1))
    assert not packed(merged)
    assert not getattr(merged.config, "quantization_config", None)
    assert not merged.is_quantized
    assert {each.dtype for each in merged.parameters()} == {torch.float32}
