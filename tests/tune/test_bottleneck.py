from __future__ import annotations

import copy

import torch
from hypothesis import given
from hypothesis import strategies as st

from tutelage.tune.bottleneck import ACTIVATIONS, NAME, Bottleneck, place


@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from(sorted(ACTIVATIONS)))
def test_it_starts_as_the_identity_and_has_the_parameters_of_the_formula(
    width: int, size: int, activation: str
) -> None:
    made = Bottleneck(width, size, activation, 0.0)
    hidden = torch.randn(2, 3, width)
    assert torch.equal(made(hidden), hidden)
    assert sum(each.numel() for each in made.parameters()) == 2 * width * size + width + size


def test_half_precision_goes_in_and_comes_out() -> None:
    made = Bottleneck(4, 2, "gelu", 0.0)
    torch.nn.init.ones_(made.up.weight)
    assert made(torch.ones(1, 4, dtype=torch.bfloat16)).dtype == torch.bfloat16


def test_it_works_on_a_tensor_and_on_the_first_of_a_tuple_and_survives_a_copy() -> None:
    class Attention(torch.nn.Linear):
        def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, str]:  # type: ignore[override]  # as attention does
            return super().forward(inputs), "weights"

    for part in (torch.nn.Linear(4, 4), Attention(4, 4)):
        made = Bottleneck(4, 2, "relu", 0.0)
        torch.nn.init.ones_(made.up.bias)
        plain = copy.deepcopy(part)(torch.ones(1, 4))
        place(part, made)
        for each in (part, copy.deepcopy(part)):
            changed = each(torch.ones(1, 4))
            if isinstance(changed, tuple):
                assert changed[1] == "weights"
                changed, expected = changed[0], plain[0] + 1
            else:
                expected = plain + 1
            assert torch.allclose(changed, expected)
        assert part.get_submodule(NAME) is made
