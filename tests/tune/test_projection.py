from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tutelage.tune import projection
from tutelage.tune.projection import gather, project, salt


@given(st.integers(1, 40), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_gather_is_the_transpose_of_project(size: int, count: int, key: int) -> None:
    code, values = torch.randn(size, dtype=torch.float64), torch.randn(count)
    left = (project(code, count, key) * values).sum()
    right = (code * gather(values, size, key)).sum()
    assert torch.allclose(left, right, atol=1e-4)


@given(st.integers(1, 30), st.integers(1, 200), st.integers(0, 2**32 - 1))
def test_each_weight_is_plus_or_minus_one_entry(size: int, count: int, key: int) -> None:
    code = torch.arange(1.0, size + 1)
    made = project(code, count, key)
    assert set(made.abs().tolist()) <= set(code.tolist())
    assert torch.equal(project(-code, count, key), -made)


@given(st.integers(1, 9), st.integers(1, 300), st.integers(0, 2**64 - 1))
def test_it_is_the_transpose_over_many_blocks_too(size: int, count: int, key: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(projection, "BLOCK", 16)
        code, values = torch.randn(size, dtype=torch.float64), torch.randn(count)
        left = (project(code, count, key) * values).sum()
        assert torch.allclose(left, (code * gather(values, size, key)).sum(), atol=1e-4)


def test_weights_of_different_blocks_are_unlike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "BLOCK", 1024)
    made = project(torch.arange(1.0, 51), 1024 * 200, salt(1, "a")).view(200, 1024)
    same = (made[1:] == made[:-1]).float().mean(dim=1)  # whole blocks are alike where step and sign are
    assert float(same.mean()) < 0.04
    assert abs(float((made[1:].sign() * made[:-1].sign()).mean())) < 0.15


def test_entries_and_signs_are_even_and_keys_are_unlike() -> None:
    count, size = 100_000, 50
    made = project(torch.arange(1.0, size + 1), count, salt(3, "a"))
    share = torch.bincount(made.abs().long(), minlength=size + 1)[1:] / count
    assert float((share * size - 1).abs().max()) < 0.12
    assert abs(float(made.sign().mean())) < 0.02
    other = project(torch.arange(1.0, size + 1), count, salt(3, "b"))
    assert float((made == other).float().mean()) < 2 / size
    neighbours = (made[1:].sign() * made[:-1].sign()).mean()
    assert abs(float(neighbours)) < 0.02


def test_the_map_is_the_same_for_ever() -> None:
    """A student holds the seed alone: another map would be another student."""
    assert salt(42, "model.layers.0.mlp.up_proj") == SALT
    assert project(torch.arange(1.0, 101), 12, 12345).int().tolist() == FIRST


SALT = 694887301578197791
FIRST = [-8, 49, 22, -46, -66, -48, -2, 42, 88, -1, 20, -50]
