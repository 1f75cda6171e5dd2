from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from trainings import QUIET, examples
from tutelage.errors import BadInput
from tutelage.models import precision
from tutelage.tune.held_out import split
from tutelage.tune.preparing import Prepared, check_method, prepare, rebuilt
from tutelage.tune.settings import TuneSettings

pytestmark = [pytest.mark.filterwarnings(each) for each in QUIET]


def _settings(base: Path, **given: Any) -> TuneSettings:
    return TuneSettings(**{"base": str(base), "dtype": "float32", "held_out": 4, **given})


def _prepared(base: Path, **given: Any) -> Prepared:
    settings = _settings(base, **given)
    return prepare(settings, settings.tuning, split(examples(), settings.held_out, settings.seed))


def test_rows_weights_and_counts_are_ready(base: Path) -> None:
    made = _prepared(base)
    assert len(made.held_out) == 4
    assert len(made.rows) + len(made.left_out) == 20
    trained = sum(each.numel() for each in made.model.parameters() if each.requires_grad)
    assert made.trainable == trained < made.parameters
    assert not made.bf16
    assert {each.dtype for each in made.model.parameters()} == {torch.float32}


def test_what_is_trained_stays_in_32_bits(base: Path) -> None:
    made = _prepared(base, dtype="bfloat16")
    assert made.bf16
    dtypes = {each.requires_grad: each.dtype for each in made.model.parameters()}
    assert dtypes == {True: torch.float32, False: torch.bfloat16}


def test_rows_left_out_are_listed_with_their_reasons(base: Path, tmp_path: Path) -> None:
    made = _prepared(base, max_length=60, held_out=0)
    assert 0 < len(made.left_out) < 24
    made.write_left_out(tmp_path / "left_out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "left_out.jsonl").read_text("utf-8").splitlines()]
    assert {line["id"] for line in lines}.isdisjoint(row.id for row in made.rows)
    assert len(lines) + len(made.rows) == 24
    with pytest.raises(BadInput):
        _prepared(base, max_length=8)


@pytest.mark.parametrize(("device", "packed"), [("cpu", False), ("cuda", True)])
def test_rows_are_packed_where_that_is_faster(
    base: Path, monkeypatch: pytest.MonkeyPatch, device: str, packed: bool
) -> None:
    monkeypatch.setattr(precision, "device", lambda: device)
    assert _prepared(base).packing is packed
    assert not _prepared(base, packing=False).packing
    assert not _prepared(base, method="low-memory").packing


def test_it_is_built_again_as_it_was(base: Path) -> None:
    settings = _settings(base)
    one, two = (rebuilt(settings, settings.tuning).state_dict() for _ in range(2))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"method": "low-memory", "batch": 8, "micro_batch": 2}, "would be 4 updates and not one"),
        ({"method": "low-memory", "packing": True}, "which packing would part"),
        ({"method": "prefix", "gradient_checkpointing": True}, "lost where activations are computed again"),
    ],
)
def test_what_cannot_lie_in_memory_so_is_refused(base: Path, given: dict[str, Any], told: str) -> None:
    settings = _settings(base, **given)
    with pytest.raises(BadInput, match=told):
        check_method(settings, settings.tuning)
    for fine in ({"method": "low-memory", "batch": 8, "micro_batch": 8}, {"gradient_checkpointing": True}):
        settings = _settings(base, **fine)
        check_method(settings, settings.tuning)
