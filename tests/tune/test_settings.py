from __future__ import annotations

import math
import subprocess
import sys

import pytest
from pydantic import ValidationError

from tutelage import plugins
from tutelage.errors import BadInput
from tutelage.tune.settings import TuneSettings, tuning_of


def test_the_defaults_are_lora_for_three_epochs():
    settings = TuneSettings()
    assert settings.tuning.kind == "lora"
    assert (settings.tuning.rank, settings.tuning.alpha) == (16, 32)
    assert (settings.epochs, settings.batch, settings.max_length, settings.threads) == (3, 8, 1024, 1)
    assert settings.rate == settings.tuning.rate


@pytest.mark.parametrize(
    ("preset", "figures"),
    [("skillmix-paper", (2e-5, 64, 15, 1024, "full")), ("explore-paper", (2e-5, 128, 3, 512, "full"))],
)
def test_presets_are_the_papers(preset: str, figures: tuple[object, ...]):
    made = TuneSettings(preset=preset)
    assert (made.rate, made.batch, made.epochs, made.max_length, made.tuning.kind) == figures


def test_the_skillmix_preset_keeps_a_checkpoint_an_epoch_and_chooses_by_held_out_rows():
    made = TuneSettings(preset="skillmix-paper")
    assert (made.checkpoints, made.select, made.held_out) == ("epoch", "loss", 0.1)


def test_an_explicit_key_wins_over_the_preset():
    made = TuneSettings(preset="skillmix-paper", epochs=2, method="lora")
    assert (made.epochs, made.tuning.kind, made.batch) == (2, "lora", 64)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"preset": "skillmix"}, "did you mean 'skillmix-paper'"),
        ({"report_to": "tensorbord"}, "did you mean 'tensorboard'"),
        ({"batch": 16, "micro_batch": 5}, "not a multiple"),
        ({"held_out": 2.5}, "whole number"),
        ({"checkpoints": 0}, "at least one"),
        ({"select": "score", "checkpoints": "none"}, "chooses among checkpoints"),
        ({"epochs": 0}, "greater than 0"),
        ({"epochs": math.inf}, "finite"),
        ({"epochs": 1e9}, "less than or equal to 10000"),
        ({"held_out": math.nan}, "finite"),
        ({"max_length": 10**11}, "less than or equal to 16777216"),
        ({"learning_rat": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_by_name(given: dict[str, object], told: str):
    with pytest.raises(ValidationError, match=told):
        TuneSettings(**given)


def test_a_mapping_sets_the_method():
    assert tuning_of({"kind": "lora", "rank": 4}).rank == 4


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("loar", "did you mean 'lora'"),
        ({"rank": 4}, "has no kind"),
        ({"kind": "lora", "rnak": 4}, "did you mean 'rank'"),
        ({"kind": "lora", "rank": "many"}, "cannot be 'many'"),
    ],
)
def test_a_wrong_method_is_named(method: object, told: str):
    with pytest.raises(BadInput, match=told):
        tuning_of(method)


def test_the_binding_is_blind_to_what_no_weight_depends_on():
    one, other = TuneSettings(), TuneSettings(merge=True, gguf="f16", report_to=("wandb",))
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != TuneSettings(seed=1).fingerprint
    named = TuneSettings(learning_rate=TuneSettings().rate)
    assert one.fingerprint == named.fingerprint


def test_every_kind_and_the_settings_are_read_without_torch():
    code = (
        "import sys; from tutelage import plugins; from tutelage.tune.settings import TuneSettings\n"
        "TuneSettings().fingerprint\n"
        "[plugins.load('tuning', name) for name in plugins.names('tuning')]\n"
        "assert not {'torch', 'transformers', 'trl', 'peft'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "lora" in plugins.names("tuning")
