from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.tune.prompt_space import code_prompt, learnt_directions, random_directions


@given(st.integers(1, 20), st.integers(20, 90), st.integers(0, 5))
def test_random_directions_are_orthogonal_and_cover_every_number_once(d: int, n: int, seed: int) -> None:
    directions = random_directions(d, n, seed)
    assert directions.shape == (d, n)
    assert torch.equal(directions.abs().sum(dim=0), torch.ones(n))
    products = directions @ directions.T
    assert torch.equal(products, torch.diag(products.diagonal()))


def test_learnt_directions_span_the_prompts() -> None:
    """Prompts that lie in a plane are met exactly by two numbers each."""
    generator = torch.Generator().manual_seed(1)
    plane, middle = torch.randn(2, 12, generator=generator), torch.randn(12, generator=generator)
    prompts = [(middle + torch.randn(2, generator=generator) @ plane).view(3, 4) for _ in range(6)]
    mean, directions = learnt_directions(prompts, 2)
    for prompt in prompts:
        away = (prompt - mean).reshape(-1)
        code = torch.linalg.lstsq(directions.T, away[:, None]).solution
        assert torch.allclose(directions.T @ code, away[:, None], atol=1e-4)
        assert float(code.abs().max()) < 3  # a direction is as long as the prompts vary along it


def test_too_few_or_unlike_prompts_are_refused() -> None:
    with pytest.raises(BadInput, match="span 1 directions at most, not 2"):
        learnt_directions([torch.ones(2, 2), torch.zeros(2, 2)], 2)
    with pytest.raises(BadInput, match="differ in shape"):
        learnt_directions([torch.ones(2, 2), torch.zeros(3, 2)], 1)


def test_the_code_moves_the_vectors_and_is_all_that_learns() -> None:
    embedding = torch.nn.Embedding(3, 4)
    start = embedding.weight.detach().clone()
    coded = code_prompt(embedding, torch.ones(2, 12))
    assert torch.equal(embedding.weight, start)
    assert [each.shape for each in embedding.parameters() if each.requires_grad] == [(2,)]
    with torch.no_grad():
        coded.code += 1
    assert torch.allclose(embedding(torch.tensor([1])), start[1:2] + 2)
