from __future__ import annotations

import pytest
import torch
from transformers.pytorch_utils import Conv1D

from tutelage.tune.projection import project
from tutelage.tune.subspace import Subspace, SubspaceLinear


@pytest.mark.parametrize("layer", [torch.nn.Linear(5, 7), torch.nn.Linear(5, 7, bias=False), Conv1D(7, 5)])
def test_gradients_are_those_of_the_weight_written_out(layer: torch.nn.Module) -> None:
    transposed = isinstance(layer, Conv1D)
    layer = layer.double().requires_grad_(False)
    space = Subspace(11, 2, 35, structured=True).double()
    with torch.no_grad():
        space.code.uniform_(-1, 1)
        space.scales.uniform_(0.5, 1.5)
    moved = SubspaceLinear(layer, space, 1, 77, transposed=transposed)
    inputs = torch.randn(2, 3, 5, dtype=torch.float64, requires_grad=True)
    (moved(inputs) ** 2).sum().backward()
    mine = inputs.grad, space.code.grad, space.scales.grad

    code, scales, other = (
        each.detach().clone().requires_grad_() for each in (space.code, space.scales, inputs)
    )
    entries = project(torch.arange(1.0, space.code.numel() + 1, dtype=torch.float64), 35, 77)
    move = code[entries.abs().long() - 1] * entries.sign() * scales[1] * space.unit
    weight = layer.weight + move.view_as(layer.weight)
    expected = other @ (weight if transposed else weight.T)
    expected = expected if layer.bias is None else expected + layer.bias
    assert torch.allclose(moved(inputs), expected)
    (expected**2).sum().backward()
    for a, b in zip(mine, (other.grad, code.grad, scales.grad), strict=True):
        assert torch.allclose(a, b, atol=1e-4, rtol=1e-4)
    assert torch.allclose(moved.folded()(inputs), expected)


def test_lengths_are_kept_on_the_whole() -> None:
    """A step in the code is as long as the step of all weights that it makes, up to a few per cent."""
    space = Subspace(100, 1, 100_000, structured=False)
    code = torch.randn(100)
    assert float(project(code * space.unit, 100_000, 5).norm() / code.norm()) == pytest.approx(1, abs=0.05)


def test_no_tensor_of_the_weights_size_is_kept_for_the_backward_pass() -> None:
    layer = torch.nn.Linear(300, 200).requires_grad_(False)
    moved = SubspaceLinear(layer, Subspace(9, 1, 60_000, structured=False), 0, 1, transposed=False)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda each: kept.append(each) or each, lambda each: each):
        moved(torch.ones(1, 300)).sum()
    large = [each for each in kept if each.numel() >= 60_000]
    assert all(each.data_ptr() == layer.weight.data_ptr() for each in large)


def test_it_trains_under_autocast() -> None:
    layer = torch.nn.Linear(8, 8).requires_grad_(False)
    space = Subspace(9, 1, 64, structured=False)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        SubspaceLinear(layer, space, 0, 1, transposed=False)(torch.ones(1, 8)).sum().backward()
    assert space.code.grad is not None
    assert float(space.code.grad.abs().max()) > 0


def test_a_move_below_the_rounding_of_a_half_precision_weight_is_not_lost() -> None:
    layer = torch.nn.Linear(8, 8, bias=False).requires_grad_(False)
    torch.nn.init.ones_(layer.weight)
    space = Subspace(4, 1, 64, structured=False)
    moved = SubspaceLinear(layer.bfloat16(), space, 0, 1, transposed=False)
    inputs = torch.zeros(4, 8, dtype=torch.bfloat16)
    inputs[:, 0] = 1
    inputs[range(4), range(1, 5)] = -1  # what the ones of the base give cancels out
    with torch.no_grad():
        space.code.fill_(2.0**-8 / space.unit)  # half of what a bfloat16 of one can tell
        move = project(space.code * space.unit, 64, 1).view(8, 8)
        made = moved(inputs).float()
    assert torch.allclose(made, inputs.float() @ move.T, atol=1e-4)
    assert float(made.abs().max()) == 2.0**-7
