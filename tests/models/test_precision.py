"""Number formats and threads: what the machine has, not what it can emulate."""

from __future__ import annotations

import pytest
import torch

from tutelage.errors import BadInput
from tutelage.models import precision


@pytest.mark.parametrize(
    ("found", "has"),
    [
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"architecture": "aarch64", "bf16": True}, True),
        ({"avx2": True, "avx512_bf16": False, "amx_tile": True}, False),
        ({}, False),
    ],
)
def test_bf16_where_the_processor_computes_in_it(monkeypatch, found, has):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found)
    assert precision.has_bfloat16() is has
    assert precision.chosen("auto") is (torch.bfloat16 if has else torch.float32)
    assert precision.device() == "cpu"


@pytest.mark.parametrize("has", [True, False])
def test_on_a_card_the_card_decides_and_emulation_does_not_count(monkeypatch, has):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: has)
    assert precision.has_bfloat16() is has
    assert precision.device() == "cuda"


def test_a_named_format_holds_and_a_wrong_one_gets_the_nearest():
    assert precision.chosen("float16") is torch.float16
    with pytest.raises(BadInput, match="no dtype 'bfloat61'") as caught:
        precision.chosen("bfloat61")
    assert "bfloat16" in caught.value.remedy


def test_threads_are_set_and_none_is_refused():
    precision.use_threads(1)
    assert torch.get_num_threads() == 1
    with pytest.raises(BadInput, match="at least one thread"):
        precision.use_threads(0)
