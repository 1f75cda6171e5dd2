"""The bottleneck of Houlsby et al. (arXiv:1902.00751): down, a non-linearity, up, and the input again."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

NAME = "bottleneck"
ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}


class Bottleneck(nn.Module):  # type: ignore[misc]  # mypy is not shown torch's types
    """``x + up(act(down(x)))`` for x of shape (…, width); with ``up`` at zero it starts as the identity.

    It computes in float32 whatever the base's type is, and gives back the base's type.
    """

    def __init__(self, width: int, size: int, activation: str, dropout: float) -> None:
        super().__init__()
        self.down = nn.Linear(width, size)
        self.activation = ACTIVATIONS[activation]()
        self.dropout = nn.Dropout(dropout)
        self.up = nn.Linear(size, width)
        nn.init.normal_(self.down.weight, std=width**-0.5)
        nn.init.zeros_(self.down.bias)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """``hidden`` with the change added; same shape and type."""
        inner = self.dropout(self.activation(self.down(hidden.to(self.down.weight.dtype))))
        return hidden + self.up(inner).to(hidden.dtype)


def place(part: nn.Module, bottleneck: Bottleneck) -> None:
    """Let ``bottleneck`` work on the output of ``part``, as its child."""
    part.add_module(NAME, bottleneck.to(next(part.parameters()).device))
    part.register_forward_hook(_after)


def _after(part: nn.Module, inputs: Any, output: Any) -> Any:
    """The hook: attention gives a tuple that begins with the hidden state, a feed-forward part a tensor."""
    bottleneck = part.get_submodule(NAME)
    if isinstance(output, tuple):
        return (bottleneck(output[0]), *output[1:])
    return bottleneck(output)
