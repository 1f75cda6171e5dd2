from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForCausalLM, MistralConfig

from tuning_laws import fresh, logits
from tutelage.errors import BadInput
from tutelage.tune.biases import add_zero_biases, biases, declare_biases, is_bias


def test_a_bias_is_told_by_its_name() -> None:
    assert is_bias("model.layers.0.mlp.up_proj.bias")
    assert is_bias("in_proj_bias")
    assert not is_bias("model.bias_layer.weight")
    assert not is_bias("unbias")


def test_zero_biases_are_added_once_and_change_nothing() -> None:
    model = fresh("llama")
    before = logits(model)
    assert biases(model) == {}
    assert add_zero_biases(model) == 14
    assert add_zero_biases(model) == 0
    assert len(biases(model)) == 14
    assert torch.equal(before, logits(model))


def test_a_model_with_biases_gets_none() -> None:
    assert add_zero_biases(fresh("gpt2")) == 0


def test_what_no_configuration_can_tell_is_refused() -> None:
    config = MistralConfig(
        vocab_size=50, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8,
    )  # fmt: skip
    model = AutoModelForCausalLM.from_config(config)
    add_zero_biases(model)
    with pytest.raises(BadInput, match="cannot be loaded with"):
        declare_biases(model)
