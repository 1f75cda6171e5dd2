from __future__ import annotations

from pathlib import Path

import pytest

from tiny import tiny_llama
from tuning_laws import Laws, fresh
from tutelage.errors import BadInput
from tutelage.models import libraries
from tutelage.tune.bitfit import BitFit
from tutelage.tune.modules import trained


class TestBitFit(Laws):
    tuning = BitFit(add_biases=True)
    rate = 2e-2


def test_only_biases_are_trained_and_all_of_them() -> None:
    model = BitFit().attach(fresh("gpt2"), seed=1)
    names = set(trained(model))
    assert all(name.endswith(".bias") for name in names)
    assert names == {name for name, _ in model.named_parameters() if name.endswith(".bias")}
    assert any(".ln_1." in name for name in names)


def test_a_model_without_biases_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"LlamaForCausalLM has no bias terms(.|\n)*bitfit.add_biases=true"):
        BitFit().attach(fresh("llama"), seed=1)


def test_a_llama_that_has_biases_needs_none_added(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path, biases=True)
    model = libraries.transformers().AutoModelForCausalLM.from_pretrained(folder)
    assert len(trained(BitFit().attach(model, seed=1))) == 14


def test_biases_that_were_added_are_not_restored_without_saying_so(tmp_path: Path) -> None:
    tuning = BitFit(add_biases=True)
    tuning.save(tuning.attach(fresh("llama"), seed=1), tmp_path)
    with pytest.raises(BadInput, match="has no bias terms"):
        BitFit().restore(fresh("llama"), tmp_path)
