from __future__ import annotations

from pathlib import Path

import torch

from tuning_laws import QUIET, Laws, fresh, logits
from tutelage.tune.modules import counted
from tutelage.tune.ptuning import PTuning

pytestmark = QUIET


class TestPTuning(Laws):
    tuning = PTuning(tokens=4, hidden=16)
    rate = 3e-2
    starts_as_base = False


def test_the_number_of_parameters_is_the_formula() -> None:
    model = PTuning(tokens=4, hidden=16).attach(fresh("llama"), seed=1)
    h, m = 32, 16
    assert counted(model).trainable == 4 * h + (h * m + m) + (m * m + m) + (m * h + h)


def test_the_lstm_is_saved_as_its_tokens_alone(tmp_path: Path) -> None:
    tuning = PTuning(tokens=4, hidden=16, network="lstm")
    model = tuning.attach(fresh("llama"), seed=1)
    tuning.save(model, tmp_path)
    assert (tmp_path / "adapter_model.safetensors").stat().st_size < 4 * 32 * 4 + 200
    assert torch.allclose(logits(model), logits(tuning.restore(fresh("llama"), tmp_path)), atol=1e-6)
