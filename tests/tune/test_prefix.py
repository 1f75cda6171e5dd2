from __future__ import annotations

import torch

from tuning_laws import QUIET, Laws, fresh
from tutelage.tune.modules import counted
from tutelage.tune.prefix import Prefix
from tutelage.tune.soft_start import start_tokens

pytestmark = QUIET


class TestPrefix(Laws):
    tuning = Prefix(tokens=4)
    rate = 1e-1
    starts_as_base = False


def test_it_is_a_key_and_a_value_a_layer_and_starts_as_if_the_tokens_stood_there() -> None:
    base = fresh("llama")
    row = torch.tensor([[5, 6, 7]])
    before = torch.tensor([start_tokens(base, 4, "", 1)])
    expected = base(torch.cat([before, row], dim=1)).logits[:, 4:]
    model = Prefix(tokens=4).attach(fresh("llama"), seed=1)
    assert counted(model).trainable == 4 * 2 * 2 * 16  # tokens, layers, key and value, 2 heads of 8
    made = model(input_ids=row, attention_mask=torch.ones_like(row)).logits
    assert torch.allclose(made, expected, atol=1e-5)
