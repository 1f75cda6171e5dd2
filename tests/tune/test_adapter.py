from __future__ import annotations

from pathlib import Path

import pytest

from tuning_laws import Laws, fresh
from tutelage.errors import BadInput
from tutelage.tune.adapter import Adapter
from tutelage.tune.lora import LoRA
from tutelage.tune.modules import counted, trained


class TestAdapter(Laws):
    tuning = Adapter(size=8)
    rate = 2e-2


@pytest.mark.parametrize(("after", "places"), [("both", 2), ("attention", 1), ("feed_forward", 1)])
def test_the_number_of_parameters_is_the_formula(after: str, places: int) -> None:
    model = Adapter(size=8, after=after).attach(fresh("llama"), seed=1)
    assert counted(model).trainable == 2 * places * (2 * 32 * 8 + 32 + 8)
    assert all(".bottleneck." in name for name in trained(model))


def test_a_bottleneck_wider_than_the_model_is_refused() -> None:
    with pytest.raises(BadInput, match="33 is wider than the model, which has 32"):
        Adapter(size=33).attach(fresh("llama"), seed=1)


def test_another_size_or_kind_is_refused(tmp_path: Path) -> None:
    tuning = Adapter(size=8)
    tuning.save(tuning.attach(fresh("llama"), seed=1), tmp_path)
    with pytest.raises(BadInput, match=r"saved with shape"):
        Adapter(size=4).restore(fresh("llama"), tmp_path)
    with pytest.raises(BadInput, match="adapter_model"):
        LoRA(rank=4).restore(fresh("llama"), tmp_path)
