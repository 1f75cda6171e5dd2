"""Soft prompts that a short code moves: in a random subspace, or in one learnt from other tasks' prompts.

Qin et al., "Exploring Universal Intrinsic Task Subspace via Prompt Tuning" (arXiv:2110.07867), learn an
auto-encoder over the prompts of many tasks, and then tune its code alone. Here the auto-encoder is the best
linear one in the squares of the prompts: their mean and principal directions.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from tutelage.errors import BadInput
from tutelage.tune.projection import project, salt


class CodedPrompt(nn.Module):  # type: ignore[misc]  # mypy is not shown torch's types
    """``start + code @ directions``: (tokens, width), (d,), (d, tokens · width); the code is trained."""

    directions: torch.Tensor

    def __init__(self, directions: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("directions", directions, persistent=False)
        self.code = nn.Parameter(torch.zeros(directions.shape[0]))

    def forward(self, start: torch.Tensor) -> torch.Tensor:
        """The prompt."""
        return start + (self.code @ self.directions).view_as(start)


def code_prompt(embedding: nn.Embedding, directions: torch.Tensor) -> CodedPrompt:
    """Let a code move the vectors of ``embedding``, which are its start and stay."""
    coded = CodedPrompt(directions.to(embedding.weight.device))
    parametrize.register_parametrization(embedding, "weight", coded)
    embedding.parametrizations.weight.original.requires_grad_(False)
    return coded


def random_directions(dimension: int, numbers: int, seed: int) -> torch.Tensor:
    """``dimension`` orthogonal sparse directions in ``numbers`` dimensions, entries 0 and ±1: (d, n)."""
    key = salt(seed, "prompt")
    entry = project(torch.arange(1, dimension + 1, dtype=torch.float32), numbers, key)
    directions = torch.zeros(dimension, numbers)
    directions[entry.abs().long() - 1, torch.arange(numbers)] = entry.sign()
    return directions


def learnt_directions(prompts: list[torch.Tensor], dimension: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(mean, directions) of soft prompts of one shape (tokens, width), the directions (d, tokens · width).

    A direction is as long as the prompts vary along it (their standard deviation), so that a code of about 1
    reaches as far as the tasks did.

    Raises:
        BadInput: the prompts differ in shape, or are too few for ``dimension``.
    """
    shapes = sorted({tuple(each.shape) for each in prompts})
    if len(shapes) > 1:
        raise BadInput(
            f"the prompts differ in shape: {', '.join(map(str, shapes))}",
            where="tune.method.shared_from",
            remedy="share among students of one base with as many soft tokens",
        )
    if dimension >= len(prompts):
        raise BadInput(
            f"{len(prompts)} prompts span {len(prompts) - 1} directions at most, not {dimension}",
            where="tune.method.dimension",
            remedy=f"give a dimension of at most {len(prompts) - 1}, or more students in shared_from",
        )
    stacked: Any = torch.stack([each.float().reshape(-1) for each in prompts])
    mean = stacked.mean(dim=0)
    _, lengths, directions = torch.linalg.svd(stacked - mean, full_matrices=False)
    spread = lengths[:dimension] / (len(prompts) - 1) ** 0.5
    return mean.view(shapes[0]), directions[:dimension] * spread[:, None]
