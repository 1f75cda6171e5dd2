from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

from tuning_laws import Laws, fresh, logits
from tutelage.tune.full import Full
from tutelage.tune.modules import counted


class TestFull(Laws):
    tuning = Full()
    rate = 5e-3


def test_the_folder_is_a_model_of_its_own(tmp_path: Path) -> None:
    model = Full().attach(fresh("llama"), seed=1)
    with torch.no_grad():
        model.model.norm.weight.add_(0.5)
    Full().save(model, tmp_path)
    assert torch.equal(logits(AutoModelForCausalLM.from_pretrained(tmp_path)), logits(model))
    assert counted(model).share == 1
    assert Full().whole
    assert Full().served
