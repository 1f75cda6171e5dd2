from __future__ import annotations

import pytest

from tuning_laws import QUIET, Laws, fresh
from tutelage.errors import BadInput
from tutelage.tune.ia3 import IA3
from tutelage.tune.modules import counted

pytestmark = QUIET


class TestIA3(Laws):
    tuning = IA3()
    rate = 1e-1


def test_keys_values_and_inner_activations_are_rescaled() -> None:
    assert counted(IA3().attach(fresh("llama"), seed=1)).trainable == 2 * (16 + 16 + 64)
    assert counted(IA3().attach(fresh("gpt2"), seed=1)).trainable == 2 * (96 + 128)


def test_named_layers_are_rescaled_alone() -> None:
    tuning = IA3(targets=("up_proj", "down_proj"), feed_forward=("down_proj",))
    assert counted(tuning.attach(fresh("llama"), seed=1)).trainable == 2 * (64 + 64)


@pytest.mark.parametrize(
    ("tuning", "message"),
    [
        (IA3(targets=("k_pro",)), "did you mean 'k_proj'"),
        (IA3(targets=("k_proj",), feed_forward=("down_proj",)), "none of the targets"),
    ],
)
def test_names_that_do_not_fit_are_refused(tuning: IA3, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        tuning.attach(fresh("llama"), seed=1)


def test_an_architecture_with_other_names_is_described() -> None:
    model = fresh("llama")
    for layer in model.model.layers:
        layer.mlp.last = layer.mlp.down_proj
        del layer.mlp.down_proj
    with pytest.raises(BadInput, match="which has gate_proj, up_proj, last"):
        IA3().attach(model, seed=1)
