from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForCausalLM, GPTNeoXConfig, OPTConfig

from tuning_laws import BASES, QUIET, fresh
from tutelage.errors import BadInput
from tutelage.tune.lora import LoRA
from tutelage.tune.modules import (
    blocks,
    counted,
    freeze,
    linears,
    put_back,
    seeded,
    targeted,
    trained,
    widths,
)
from tutelage.tune.qlora import QLoRA

pytestmark = QUIET


def test_shared_parameters_count_once() -> None:
    model = fresh("llama")
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    counts = counted(model)
    assert counts.parameters == counts.trainable == sum(each.numel() for each in model.parameters())
    freeze(model)
    assert counted(model).trainable == 0
    assert counted(model).share == 0


def test_four_bit_weights_count_as_what_they_stand_for() -> None:
    assert counted(fresh("llama", QLoRA())).parameters == counted(fresh("llama")).parameters


@pytest.mark.parametrize("base", BASES)
def test_linear_layers_leave_the_head_out(base: str) -> None:
    model = fresh(base)
    found = linears(model)
    assert "lm_head" not in found
    assert len(found) == 2 * (7 if base == "llama" else 4)
    for layer in found.values():
        given = torch.zeros(1, widths(layer)[0])
        assert layer(given).shape[-1] == widths(layer)[1]


def test_targets_are_full_names_or_ends_of_names() -> None:
    model = fresh("llama")
    assert list(targeted(model, ("mlp.up_proj",), "t")) == [f"model.layers.{n}.mlp.up_proj" for n in (0, 1)]
    assert list(targeted(model, ("model.layers.1.mlp.up_proj",), "t")) == ["model.layers.1.mlp.up_proj"]
    with pytest.raises(BadInput, match="no linear layer called 'p_proj'"):
        targeted(model, ("q_proj", "p_proj"), "t")
    with pytest.raises(BadInput, match="did you mean 'up_proj'"):
        targeted(model, ("upproj",), "t")


OPT = OPTConfig(
    vocab_size=50,
    hidden_size=16,
    ffn_dim=32,
    num_hidden_layers=3,
    num_attention_heads=2,
    max_position_embeddings=32,
    word_embed_proj_dim=16,
)
NEOX = GPTNeoXConfig(
    vocab_size=50, hidden_size=16, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2
)


@pytest.mark.parametrize(("config", "ends"), [(OPT, "fc2"), (NEOX, "mlp")])
def test_blocks_are_found_in_other_architectures(config: object, ends: str) -> None:
    model = AutoModelForCausalLM.from_config(config)
    names = {id(each): name for name, each in model.named_modules()}
    found = blocks(model)
    assert len(found) == 3
    assert all(
        "attention" in names[id(each.attention)] or "attn" in names[id(each.attention)] for each in found
    )
    assert [names[id(each.feed_forward)] for each in found] == [f"{each.name}.{ends}" for each in found]


def test_a_model_without_such_blocks_is_refused_and_described() -> None:
    with pytest.raises(BadInput, match="it has 0, 1"):
        blocks(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()))
    odd = torch.nn.Module()
    layers = [torch.nn.ModuleDict({"mixer": torch.nn.Linear(2, 2), "norm": torch.nn.LayerNorm(2)})]
    odd.layers = torch.nn.ModuleList(layers)
    with pytest.raises(BadInput, match=r"'layers.0' has no attention .* it has mixer"):
        blocks(odd)


def test_put_back_refuses_what_does_not_fit() -> None:
    model = LoRA(rank=4).attach(fresh("llama"), seed=1)
    tensors = trained(model)
    name = next(iter(tensors))
    with pytest.raises(BadInput, match="no parameter 'nowhere'"):
        put_back(model, {**tensors, "nowhere": torch.zeros(1)})
    with pytest.raises(BadInput, match="shape"):
        put_back(model, {**tensors, name: torch.zeros(1)})
    with pytest.raises(BadInput, match="were not saved"):
        put_back(model, {name: tensors[name]})


def test_seeded_leaves_the_surroundings_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    with seeded(1, "a"):
        inside = torch.rand(2)
    assert torch.equal(torch.rand(2), expected)
    with seeded(1, "a"):
        assert torch.equal(torch.rand(2), inside)
    with seeded(1, "b"):
        assert not torch.equal(torch.rand(2), inside)
