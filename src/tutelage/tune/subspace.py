"""Weights that move in a random subspace: one short trained code moves all of them (arXiv:2012.13255, SAID).

For the weight W of layer i:  W_i = W_i(base) + scale_i · unit · P_i(code).  P_i is :mod:`projection`'s map,
``unit`` makes the whole map keep lengths, and ``scale_i`` is trained too where the subspace knows structure.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from tutelage.tune.projection import gather, project, salt


class Subspace(nn.Module):  # type: ignore[misc]  # mypy is not shown torch's types
    """The code, zero at first, and one scale a layer, one at first: what is trained."""

    def __init__(self, dimension: int, layers: int, weights: int, *, structured: bool) -> None:
        super().__init__()
        size = dimension - layers if structured else dimension
        self.unit = (size / weights) ** 0.5
        self.code = nn.Parameter(torch.zeros(size))
        self.scales = nn.Parameter(torch.ones(layers), requires_grad=structured)


class _Moved(torch.autograd.Function):  # type: ignore[misc]  # mypy is not shown torch's types
    """A linear map by a moved weight, which is made anew in the backward pass and never kept."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Any, code: Any, scale: Any, weight: Any, key: int, unit: float, transposed: bool
    ) -> torch.Tensor:
        """``inputs`` (…, in) times the moved weight; (…, out)."""
        ctx.save_for_backward(inputs, code, scale, weight)
        ctx.rest = (key, unit, transposed)
        move = _move(code, scale, weight, key, unit)
        return _times(inputs.to(weight.dtype), weight, move, transposed)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> Any:
        """Gradients of inputs, code and scale."""
        inputs, code, scale, weight = ctx.saved_tensors
        key, unit, transposed = ctx.rest
        grad = grad.to(weight.dtype)  # under autocast the product is in another type than the weight
        grad_inputs = None
        if ctx.needs_input_grad[0]:
            move = _move(code, scale, weight, key, unit)
            grad_inputs = _times(grad, weight, move, not transposed).to(inputs.dtype)
        flat_grad = grad.reshape(-1, grad.shape[-1])
        flat_inputs = inputs.reshape(-1, inputs.shape[-1]).to(weight.dtype)
        grad_weight = flat_inputs.T @ flat_grad if transposed else flat_grad.T @ flat_inputs
        summed = gather(grad_weight, code.numel(), key) * unit
        grad_scale = (summed * code).sum() if ctx.needs_input_grad[2] else None
        return grad_inputs, summed * scale, grad_scale, None, None, None, None


def _times(inputs: torch.Tensor, weight: torch.Tensor, move: torch.Tensor, transposed: bool) -> torch.Tensor:
    """``inputs`` times the moved weight; in half precision in two steps, for the sum would lose the move."""
    if weight.dtype in (torch.float32, torch.float64):
        move += weight
        return inputs @ (move if transposed else move.T)
    if transposed:
        return inputs @ weight + inputs @ move
    return inputs @ weight.T + inputs @ move.T


def _move(
    code: torch.Tensor, scale: torch.Tensor, weight: torch.Tensor, key: int, unit: float
) -> torch.Tensor:
    factor = (code * (scale * unit)).to(weight.dtype)
    return project(factor, weight.numel(), key).view_as(weight)


class SubspaceLinear(nn.Module):  # type: ignore[misc]  # mypy is not shown torch's types
    """A linear layer whose weight is its base's, moved. ``transposed``: the weight is stored as (in, out)."""

    def __init__(self, layer: nn.Module, space: Subspace, number: int, key: int, *, transposed: bool) -> None:
        super().__init__()
        self.base_layer = layer
        self._shared = (space,)  # in a tuple: the model owns it once, not every layer again
        self._number, self._key, self._transposed = number, key, transposed

    @property
    def weight(self) -> torch.Tensor:
        """The base's weight; what asks for a layer's type and device finds it."""
        return self.base_layer.weight

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(…, in) to (…, out)."""
        space, layer = self._shared[0], self.base_layer
        scale = space.scales[self._number]
        made = _Moved.apply(inputs, space.code, scale, layer.weight, self._key, space.unit, self._transposed)
        return made if layer.bias is None else made + layer.bias

    def folded(self) -> nn.Module:
        """The plain layer with the move in its weight."""
        space, layer = self._shared[0], self.base_layer
        with torch.no_grad():
            weight: Any = layer.weight
            weight += _move(space.code, space.scales[self._number], weight, self._key, space.unit)
        return layer


def move(model: Any, chosen: dict[str, Any], dimension: int, seed: int, *, structured: bool) -> Subspace:
    """Put ``chosen`` linear layers of ``model`` into one subspace, which becomes the model's ``subspace``."""
    weights = sum(each.weight.numel() for each in chosen.values())
    space = Subspace(dimension, len(chosen), weights, structured=structured)
    space.to(model.device)
    for number, (name, layer) in enumerate(chosen.items()):
        transposed = type(layer).__name__ == "Conv1D"
        _put(model, name, SubspaceLinear(layer, space, number, salt(seed, name), transposed=transposed))
    model.subspace = space
    return space


def fold(model: Any) -> Any:
    """``model`` with every moved layer plain again, at its moved weight."""
    moved = [(name, each) for name, each in model.named_modules() if isinstance(each, SubspaceLinear)]
    for name, each in moved:
        _put(model, name, each.folded())
    del model.subspace
    return model


def _put(model: Any, name: str, module: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, module)
