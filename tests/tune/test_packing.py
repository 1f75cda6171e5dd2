from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tiny import tiny_gpt2
from trainings import QUIET
from tutelage.models import loading
from tutelage.tune.packing import keeps_apart

pytestmark = [pytest.mark.filterwarnings(each) for each in QUIET]


def test_llama_and_gpt2_keep_packed_rows_apart(base: Path, tmp_path: Path):
    assert keeps_apart(loading.load(str(base)).model)
    assert keeps_apart(loading.load(str(tiny_gpt2(tmp_path / "gpt2"))).model)


class _Leaking(torch.nn.Module):
    """Each token sees the mean of all before it, whatever their row."""

    def __init__(self, positions: bool) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(50, 8)
        self._positions = positions

    def get_input_embeddings(self) -> torch.nn.Embedding:
        return self.table

    def forward(self, input_ids: Any, use_cache: bool, position_ids: Any = None) -> Any:
        if not self._positions:
            raise TypeError("position_ids")
        seen = self.table(input_ids).cumsum(1)
        return type("Out", (), {"logits": seen})()


@pytest.mark.parametrize("positions", [True, False])
def test_a_model_that_mixes_rows_or_takes_no_positions_does_not(positions: bool):
    assert not keeps_apart(_Leaking(positions))
