from __future__ import annotations

import torch

from tuning_laws import QUIET, fresh, logits, train
from tutelage.tune.qlora import QLoRA
from tutelage.tune.unpacking import packed, unpacked_merge

pytestmark = QUIET


def test_dora_on_four_bits_is_folded_in_too() -> None:
    tuning = QLoRA(rank=4, dora=True)
    model = tuning.attach(fresh("llama", tuning), seed=1)
    train(model, tuning, 2e-2, steps=3)
    expected = logits(model)
    plain = unpacked_merge(model)
    assert not packed(plain)
    assert torch.allclose(expected, logits(plain), atol=1e-4)
    assert plain.state_dict().keys() == fresh("llama").state_dict().keys()
