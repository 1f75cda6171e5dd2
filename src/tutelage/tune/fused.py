"""Stochastic gradient descent fused into the backward pass (LOMO, arXiv:2306.09782)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from tutelage.errors import TutelageError


class Fused(torch.optim.Optimizer):  # type: ignore[misc]  # mypy is not shown torch's types
    """``weight -= lr * (clipped gradient + weight_decay * weight)`` as soon as the gradient is whole.

    Matrices decay, vectors (norms and biases) do not. The learning rate is read from the parameter groups at
    each update, so a schedule works as with any optimizer. ``step`` and ``zero_grad`` find nothing to do.
    """

    def __init__(self, model: torch.nn.Module, *, lr: float, weight_decay: float, clip_value: float) -> None:
        free = [(name, each) for name, each in model.named_parameters() if each.requires_grad]
        groups = [
            {"params": [each for _, each in free if each.ndim >= 2], "weight_decay": weight_decay},
            {"params": [each for _, each in free if each.ndim < 2], "weight_decay": 0.0},
        ]
        super().__init__([group for group in groups if group["params"]], {"lr": lr, "weight_decay": 0.0})
        self._clip_value = clip_value
        number = {
            id(each): place for place, group in enumerate(self.param_groups) for each in group["params"]
        }
        self._hooks = [
            each.register_post_accumulate_grad_hook(self._update(name, number[id(each)]))
            for name, each in free
        ]

    def _update(self, name: str, group: int) -> Callable[[torch.Tensor], None]:
        """The hook of one parameter; by number, because loading a state replaces the groups."""

        def update(parameter: torch.Tensor) -> None:
            gradient = parameter.grad
            if gradient is None:
                return
            if not torch.isfinite(gradient).all():
                raise TutelageError(
                    f"the gradient of '{name}' is not finite, so the update was stopped",
                    where="tune.method low-memory",
                    remedy="go on from the last checkpoint with a lower learning_rate or clip_value",
                )
            settings = self.param_groups[group]
            gradient.clamp_(-self._clip_value, self._clip_value)
            with torch.no_grad():
                if settings["weight_decay"]:
                    parameter.mul_(1 - settings["lr"] * settings["weight_decay"])
                parameter.add_(gradient, alpha=-settings["lr"])
            parameter.grad = None

        return update

    def step(self, closure: Any = None) -> Any:
        """Nothing is left to do: the updates were made in ``backward``."""
        if closure is None:
            return None
        with torch.enable_grad():
            return closure()

    def detach(self) -> None:
        """Take the hooks off the parameters; from then on a backward pass changes nothing."""
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
