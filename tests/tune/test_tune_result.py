from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tutelage.tune.result import TuneResult

RESULT = TuneResult(
    out=Path("out"),
    loss_before=2.0,
    loss_after=1.0,
    train_loss_before=2.5,
    train_loss_after=0.5,
    measured_on="held_out",
    trainable=10,
    parameters=100,
    examples=20,
    held_out=2,
    dropped=1,
    truncated=0,
    copies=1,
    steps=4,
    tokens=400,
    trained_tokens=300,
    tokens_per_second=100.0,
    seconds=4.0,
    peak_memory={"process": 1_000},
    packing=False,
    dtype="float32",
    base="tiny",
    method={"kind": "lora", "rank": 16},
    chosen=4,
    chosen_by="held-out loss",
    scores=({"step": 4, "held_out_loss": 1.0},),
    notes=("few rows",),
)


def test_it_survives_json_and_a_moved_folder() -> None:
    plain = json.loads(json.dumps(RESULT.as_dict()))
    assert TuneResult.from_dict(plain, Path("out")) == RESULT
    assert TuneResult.from_dict(plain, Path("moved")) == replace(RESULT, out=Path("moved"))


def test_what_a_later_version_adds_is_passed_over() -> None:
    assert TuneResult.from_dict({**RESULT.as_dict(), "mood": "good"}, Path("out")) == RESULT
