from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from trainings import QUIET, examples
from tutelage.errors import BadInput
from tutelage.models import loading
from tutelage.tune import trainer
from tutelage.tune.settings import TuneSettings
from tutelage.tune.tokens import tokenise
from tutelage.tune.training import tune

pytestmark = [pytest.mark.filterwarnings(each) for each in QUIET]


def _settings(base: Path, **given: Any) -> TuneSettings:
    return TuneSettings(**{"base": str(base), "batch": 4, "steps": 3, "dtype": "float32", **given})


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """(update, rows) of every backward pass."""
    seen: list[tuple[int, int]] = []
    real = trainer.StudentTrainer.compute_loss

    def compute_loss(self: Any, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        seen.append((self.state.global_step, len(inputs["input_ids"])))
        return real(self, model, inputs, *rest, **named)

    monkeypatch.setattr(trainer.StudentTrainer, "compute_loss", compute_loss)
    return seen


def test_low_memory_makes_one_backward_pass_an_update(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _watched(monkeypatch)
    tune(_settings(base, method="low-memory"), examples(), tmp_path / "out")
    assert seen == [(0, 4), (1, 4), (2, 4)]


def test_a_micro_batch_bounds_the_rows_at_once(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _watched(monkeypatch)
    tune(_settings(base, micro_batch=2, packing=False), examples(), tmp_path / "out")
    assert seen == [(step, 2) for step in range(3) for _ in range(2)]


def test_the_loss_told_is_the_mean_of_the_trained_tokens(base: Path, tmp_path: Path) -> None:
    result = tune(_settings(base, held_out=0, batch=24, steps=1), examples(), tmp_path / "out")
    loaded = loading.load(str(base), dtype="float32")
    rows, _ = tokenise(examples(), loaded.template, loaded.tokenizer, max_length=1024)
    total = 0.0
    for row in rows:
        given, wanted = (torch.tensor([list(each)]) for each in (row.input_ids, row.labels))
        total += float(loaded.model(given, labels=wanted).loss.detach()) * row.trained
    mean = total / sum(row.trained for row in rows)
    lines = [json.loads(line) for line in (tmp_path / "out" / "curve.jsonl").read_text("utf-8").splitlines()]
    (told,) = [line["loss"] for line in lines if "loss" in line]
    assert told == pytest.approx(mean, rel=1e-4)
    assert result.trained_tokens == sum(row.trained for row in rows)


def test_a_checkpoint_of_two_processes_is_not_gone_on_from_by_one(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def stop(moment: Any) -> None:
        if moment.note.startswith("checkpoint"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(_settings(base, checkpoints=1), examples(), out, tell=stop)
    (state,) = out.glob("checkpoints/step-*/state.json")
    written = state.read_text("utf-8")
    assert json.loads(written)["processes"] == 1
    state.write_text(written.replace('"processes": 1', '"processes": 2'), "utf-8")
    with pytest.raises(BadInput, match="begun by 2 processes"):
        tune(_settings(base, checkpoints=1), examples(), out)
