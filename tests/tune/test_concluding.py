from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainings import QUIET, examples
from tutelage.models.student import read
from tutelage.tune import outfolder
from tutelage.tune.progress import Moment
from tutelage.tune.settings import TuneSettings
from tutelage.tune.training import tune

pytestmark = [pytest.mark.filterwarnings(each) for each in QUIET]


def test_the_folder_tells_the_figures_in_every_place_alike(base: Path, tmp_path: Path) -> None:
    told: list[Moment] = []
    out = tmp_path / "out"
    settings = TuneSettings(base=str(base), steps=4, checkpoints=2, merge=True, dtype="float32")
    result = tune(settings, examples(), out, tell=told.append)
    assert told[-1].note == f"keeping update {result.chosen}"
    assert [score["step"] for score in result.scores] == [2, 4]
    best = min(result.scores, key=lambda score: score["held_out_loss"])
    assert (result.chosen, result.loss_after) == (best["step"], best["held_out_loss"])
    written = json.loads((out / outfolder.RESULT).read_text("utf-8"))
    assert written == read(out).results == json.loads(json.dumps(result.as_dict()))
    assert result.merged
    assert read(out).merged
    assert (out / "model").is_dir()
    assert not list(out.glob("checkpoints/*/resume"))  # what only going on needs is gone


def test_without_held_out_rows_the_fixed_batch_is_what_counts(base: Path, tmp_path: Path) -> None:
    settings = TuneSettings(base=str(base), steps=1, held_out=0, dtype="float32")
    result = tune(settings, examples(), tmp_path / "out")
    assert result.measured_on == "training"
    assert (result.loss_before, result.loss_after) == (result.train_loss_before, result.train_loss_after)
