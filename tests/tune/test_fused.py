from __future__ import annotations

import pytest
import torch

from tutelage.errors import TutelageError
from tutelage.tune.fused import Fused


def net() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))


def test_it_is_sgd_with_clipped_gradients_and_a_schedule() -> None:
    mine, plain = net(), net()
    inputs = torch.randn(5, 4, generator=torch.Generator().manual_seed(2))
    fused = Fused(mine, lr=0.1, weight_decay=0.0, clip_value=0.01)
    sgd = torch.optim.SGD(plain.parameters(), lr=0.1)
    schedules = [torch.optim.lr_scheduler.StepLR(each, 1, gamma=0.5) for each in (fused, sgd)]
    for _ in range(4):
        mine(inputs).sum().backward()
        fused.step()
        plain(inputs).sum().backward()
        torch.nn.utils.clip_grad_value_(plain.parameters(), 0.01)
        sgd.step()
        for each in (*schedules, fused, sgd):
            (each.zero_grad if hasattr(each, "zero_grad") else each.step)()
    for a, b in zip(mine.parameters(), plain.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-7)


def test_no_gradient_is_kept_and_a_loaded_state_still_schedules() -> None:
    model = net()
    fused = Fused(model, lr=0.1, weight_decay=0.0, clip_value=1.0)
    state = fused.state_dict()
    for group in state["param_groups"]:
        group["lr"] = 0.0
    fused.load_state_dict(state)
    before = [each.clone() for each in model.parameters()]
    model(torch.ones(1, 4)).sum().backward()
    assert all(each.grad is None for each in model.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_matrices_decay_and_vectors_do_not() -> None:
    model = net()
    Fused(model, lr=0.5, weight_decay=0.2, clip_value=1.0)
    weight, bias = model[0].weight.clone(), model[0].bias.clone()
    (model(torch.ones(1, 4)).sum() * 0).backward()
    assert torch.allclose(model[0].weight, weight * 0.9)
    assert torch.equal(model[0].bias, bias)


def test_a_gradient_that_is_not_finite_is_never_applied() -> None:
    model = net()
    Fused(model, lr=0.5, weight_decay=0.0, clip_value=1.0)
    before = model[2].weight.clone()
    with pytest.raises(TutelageError, match=r"gradient of '2\.\w+' is not finite"):
        (model(torch.ones(1, 4)).sum() * float("nan")).backward()
    assert torch.equal(model[2].weight, before)


def test_detached_it_changes_nothing() -> None:
    model = net()
    fused = Fused(model, lr=0.5, weight_decay=0.0, clip_value=1.0)
    fused.detach()
    before = model[0].weight.clone()
    model(torch.ones(1, 4)).sum().backward()
    assert model[0].weight.grad is not None
    assert torch.equal(model[0].weight, before)
