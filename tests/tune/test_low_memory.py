from __future__ import annotations

import torch

from tuning_laws import Laws, fresh, loss
from tutelage.tune.full import Full
from tutelage.tune.low_memory import LowMemory


class TestLowMemory(Laws):
    tuning = LowMemory()
    rate = 5e-1


def test_no_gradient_is_left_and_it_does_not_accumulate() -> None:
    tuning = LowMemory()
    assert not tuning.accumulates
    assert Full().accumulates
    model = tuning.attach(fresh("llama"), seed=1)
    optimizer = tuning.optimizer(model, learning_rate=0.1, weight_decay=0.0)
    before = model.model.norm.weight.clone()
    loss(model).backward()
    assert all(each.grad is None for each in model.parameters())
    moved = model.model.norm.weight.clone()
    assert not torch.equal(before, moved)
    optimizer.step()
    assert torch.equal(moved, model.model.norm.weight)
