from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tiny import tiny_gpt2
from trainings import FULL_DISK, QUIET, dying, examples, weights_hash
from tutelage.errors import BadInput, RunLocked, StoreFailed, TutelageError
from tutelage.models import loading
from tutelage.records import Example
from tutelage.tune import checkpoints, outfolder
from tutelage.tune.progress import Moment
from tutelage.tune.settings import TuneSettings
from tutelage.tune.training import tune

pytestmark = [pytest.mark.filterwarnings(each) for each in QUIET]


def _settings(base: Path, **given: Any) -> TuneSettings:
    plain = {"base": str(base), "batch": 4, "epochs": 2, "learning_rate": 1e-2, "dtype": "float32"}
    return TuneSettings(**{**plain, **given})


def test_a_student_is_tuned_and_described(base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    told: list[Moment] = []
    result = tune(_settings(base, epochs=4), examples(), tmp_path / "out", tell=told.append)
    assert capfd.readouterr() == ("", "")  # nothing is printed by the libraries
    assert result.loss_after < result.loss_before
    assert result.train_loss_after < result.train_loss_before
    assert (result.measured_on, result.examples, result.held_out) == ("held_out", 22, 2)
    assert 0 < result.trainable < result.parameters
    assert 0 < result.trained_tokens < result.tokens
    assert result.tokens_per_second > 0
    assert result.peak_memory["process"] > 10_000_000
    steps = [moment for moment in told if moment.loss is not None and not moment.note]
    assert [moment.step for moment in steps] == list(range(1, result.steps + 1))
    assert steps[-1].seconds_left == 0
    assert steps[-1].tokens_per_second > 0
    out = tmp_path / "out"
    for name in ("student.json", "template.jinja", "tokenizer.json", "README.md", "curve.jsonl", "curve.svg"):
        assert (out / name).is_file(), name
    described = json.loads((out / "student.json").read_text())
    assert described["results"]["scores"] == [dict(line) for line in result.scores]
    assert described["data"]["digest"]
    assert loading.load(str(out)).method == "lora"


def test_the_same_command_gives_the_same_bytes_and_a_finished_folder_answers(base: Path, tmp_path: Path):
    one = tune(_settings(base), examples(), tmp_path / "one")
    tune(_settings(base), examples(), tmp_path / "two")
    assert weights_hash(tmp_path / "one") == weights_hash(tmp_path / "two")
    curves = [(tmp_path / name / "curve.jsonl").read_text() for name in ("one", "two")]
    assert curves[0] == curves[1]
    assert tune(_settings(base), examples(), tmp_path / "one") == one
    tune(_settings(base, seed=7), examples(), tmp_path / "three")
    assert weights_hash(tmp_path / "one") != weights_hash(tmp_path / "three")


def test_labels_reach_the_model_as_they_were_made(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from tutelage.tune import trainer
    from tutelage.tune.tokens import tokenise

    seen: list[tuple[int, ...]] = []
    real = trainer.StudentTrainer.compute_loss

    def watched(self: Any, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        for ids, labels in zip(inputs["input_ids"], inputs["labels"], strict=True):
            seen.append((tuple(ids.tolist()), tuple(labels.tolist())))
        return real(self, model, inputs, *rest, **named)

    monkeypatch.setattr(trainer.StudentTrainer, "compute_loss", watched)
    settings = _settings(base, packing=False, held_out=0, steps=6, micro_batch=1)
    tune(settings, examples(), tmp_path / "out")
    loaded = loading.load(str(base))
    rows, _ = tokenise(examples(), loaded.template, loaded.tokenizer, max_length=1024)
    assert sorted(seen) == sorted((row.input_ids, row.labels) for row in rows)


def test_packed_rows_give_the_loss_and_the_weights_of_single_rows(base: Path, tmp_path: Path):
    packed = tune(_settings(base, packing=True), examples(), tmp_path / "packed")
    single = tune(_settings(base, packing=False, micro_batch=1), examples(), tmp_path / "single")
    grouped = tune(_settings(base, packing=False), examples(), tmp_path / "grouped")
    assert packed.packing
    assert not single.packing
    for other in (single, grouped):
        assert packed.loss_before == pytest.approx(other.loss_before, abs=1e-4)
        assert packed.train_loss_after == pytest.approx(other.train_loss_after, abs=1e-3)
    losses = [
        [
            json.loads(line)["loss"]
            for line in (tmp_path / name / "curve.jsonl").read_text().splitlines()
            if '"loss"' in line
        ]
        for name in ("packed", "single")
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-3)
    assert losses[0][0] == pytest.approx(losses[1][0], abs=1e-4)


def _update_losses(out: Path) -> list[float]:
    points = [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]
    return [point["loss"] for point in points if "loss" in point]


@pytest.mark.parametrize("kind", ["prompt", "prefix", "ptuning"])
def test_virtual_tokens_exclude_packing(base: Path, tmp_path: Path, kind: str):
    assert not tune(_settings(base, method=kind, steps=1), examples(), tmp_path / "out").packing
    with pytest.raises(BadInput, match="does not keep packed rows apart"):
        tune(_settings(base, method=kind, steps=1, packing=True), examples(), tmp_path / "other")


def test_a_base_without_a_template_is_tuned_and_keeps_one(tmp_path: Path):
    gpt2 = tiny_gpt2(tmp_path / "gpt2")
    result = tune(_settings(gpt2), examples(), tmp_path / "out")
    assert result.loss_after < result.loss_before
    assert loading.load(str(tmp_path / "out")).template.name == "alpaca"


# Going on where it was stopped


@pytest.fixture(scope="module")
def uninterrupted(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Weights by method of a training that nobody stopped."""
    hashes = {}
    for method in ("lora", "full"):
        out = tmp_path_factory.mktemp(method) / "out"
        tune(_settings(base, method=_DROPOUT if method == "lora" else method, checkpoints=2), examples(), out)
        hashes[method] = weights_hash(out)
    return hashes


_DROPOUT = {"kind": "lora", "dropout": 0.1}  # chance has to go on too


@pytest.mark.parametrize(
    ("method", "where", "kill_at"),
    [("lora", "update", 5), ("lora", "save", 20), ("full", "update", 7), ("full", "save", 4)],
)
def test_a_killed_training_goes_on_to_the_same_weights(
    base: Path, tmp_path: Path, uninterrupted: dict[str, str], method: str, where: str, kill_at: int
):
    out = tmp_path / "out"
    settings = _settings(base, method=_DROPOUT if method == "lora" else method, checkpoints=2)
    assert dying(out, settings, where=where, at=kill_at) == -signal.SIGKILL
    assert not (out / "result.json").exists()
    result = tune(settings, examples(), out)
    assert weights_hash(out) == uninterrupted[method]
    steps = [json.loads(line)["step"] for line in (out / "curve.jsonl").read_text().splitlines()]
    assert steps == sorted(steps)
    assert result.steps == 12


@pytest.mark.slow
@pytest.mark.parametrize("kill_at", range(1, 40, 3))
def test_a_training_killed_inside_any_save_goes_on_to_the_same_weights(
    base: Path, tmp_path: Path, uninterrupted: dict[str, str], kill_at: int
):
    out, settings = tmp_path / "out", _settings(base, method=_DROPOUT, checkpoints=2)
    assert dying(out, settings, where="save", at=kill_at) == -signal.SIGKILL
    assert dying(out, settings, where="save", at=kill_at + 5) in (0, -signal.SIGKILL)
    tune(settings, examples(), out)
    assert weights_hash(out) == uninterrupted["lora"]


def test_ctrl_c_leaves_a_checkpoint_that_is_gone_on_from(
    base: Path, tmp_path: Path, uninterrupted: dict[str, str]
):
    settings = _settings(base, method=_DROPOUT, checkpoints=2)

    def stop(moment: Moment) -> None:
        if moment.step == 5 and not moment.note:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        tune(settings, examples(), tmp_path / "out", tell=stop)
    last = checkpoints.newest(tmp_path / "out" / outfolder.CHECKPOINTS)
    assert last.step in (5, 6)
    result = tune(settings, examples(), tmp_path / "out")
    assert result.resumed_at == last.step
    assert [line["step"] for line in result.scores] == [2, 4, 6, 8, 10, 12]
    assert weights_hash(tmp_path / "out") == uninterrupted["lora"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"learning_rate": 2e-2}, "learning_rate 0.01 → 0.02"),
        ({"method": {"kind": "lora", "rank": 2}}, "method.rank 16 → 2"),
    ],
)
def test_another_recipe_does_not_go_on_in_the_same_folder(
    base: Path, tmp_path: Path, change: dict[str, Any], told: str
):
    tune(_settings(base, steps=1), examples(), tmp_path / "out")
    with pytest.raises(BadInput, match=told) as error:
        tune(_settings(base, steps=1, **change), examples(), tmp_path / "out")
    assert "--fresh" in error.value.remedy
    tune(_settings(base, steps=1, **change), examples(), tmp_path / "out", fresh=True)


def test_other_data_or_another_base_do_not_go_on_either(base: Path, tmp_path: Path):
    tune(_settings(base, steps=1), examples(), tmp_path / "out")
    with pytest.raises(BadInput, match="changed: data"):
        tune(_settings(base, steps=1), examples(25), tmp_path / "out")
    other = tiny_gpt2(tmp_path / "other", template=None)
    with pytest.raises(BadInput, match="changed: base"):
        tune(_settings(other, steps=1), examples(), tmp_path / "out")


def test_two_processes_do_not_tune_into_one_folder(base: Path, tmp_path: Path):
    with outfolder.alone(tmp_path / "out"), pytest.raises(RunLocked):
        tune(_settings(base, steps=1), examples(), tmp_path / "out")


def test_a_student_is_tuned_further_from_where_it_was(base: Path, tmp_path: Path):
    first = tune(_settings(base, steps=4, learning_rate=1e-2), examples(), tmp_path / "first")
    settings = _settings(tmp_path / "first", steps=2, merge=True)
    second = tune(settings, examples(), tmp_path / "second")
    assert second.loss_before == pytest.approx(first.loss_after, abs=1e-4)
    assert second.loss_after < second.loss_before
    assert loading.load(str(tmp_path / "second")).method == ""


def test_on_soft_tokens_nothing_is_tuned(base: Path, tmp_path: Path):
    tune(_settings(base, method="prompt", steps=1), examples(), tmp_path / "first")
    with pytest.raises(BadInput, match="what 'prompt' trained stays beside"):
        tune(_settings(tmp_path / "first", steps=1), examples(), tmp_path / "second")


# What goes wrong


def test_a_loss_that_is_not_finite_stops_with_step_and_rows(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from tutelage.tune import trainer

    real = trainer.trl.SFTTrainer.compute_loss

    def broken(self: Any, *rest: Any, **named: Any) -> Any:
        loss = real(self, *rest, **named)
        return loss * float("nan") if self.state.global_step == 4 else loss

    monkeypatch.setattr(trainer.trl.SFTTrainer, "compute_loss", broken)
    settings = _settings(base, checkpoints=2)
    with pytest.raises(TutelageError, match="the loss is nan at update 5") as error:
        tune(settings, examples(), tmp_path / "out")
    assert "row-" in error.value.where
    assert "step-000004" in error.value.remedy
    kept = checkpoints.newest(tmp_path / "out" / outfolder.CHECKPOINTS)
    weights = load_file(kept.folder / checkpoints.RESUME / "trained.safetensors")
    assert all(bool(torch.isfinite(each).all()) for each in weights.values())
    monkeypatch.undo()
    assert tune(settings, examples(), tmp_path / "out").resumed_at == 4


def test_weights_that_were_damaged_before_are_told_as_such(base: Path, tmp_path: Path):
    damaged = shutil.copytree(base, tmp_path / "damaged")
    weights = load_file(damaged / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, damaged / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TutelageError, match="is nan at update 1") as error:
        tune(_settings(damaged), examples(), tmp_path / "out")
    assert "before training either" in error.value.remedy
    assert "learning_rate" not in error.value.remedy


def test_a_learning_rate_far_too_high_is_an_error_and_no_student(base: Path, tmp_path: Path):
    settings = _settings(base, method="full", learning_rate=1e30, schedule="constant", warmup=0)
    with pytest.raises(TutelageError, match=r"not finite|loss is"):
        tune(settings, examples(), tmp_path / "out")
    assert not (tmp_path / "out" / "student.json").exists()


def test_a_full_disk_in_mid_save_is_told_and_the_last_good_checkpoint_stays(
    base: Path, tmp_path: Path, uninterrupted: dict[str, str]
):
    out, settings = tmp_path / "out", _settings(base, method="full", checkpoints=2)
    assert dying(out, settings, where="limit", at=6) == FULL_DISK
    assert checkpoints.newest(out / outfolder.CHECKPOINTS).step == 4
    assert tune(settings, examples(), out).resumed_at == 4
    assert weights_hash(out) == uninterrupted["full"]


def test_no_room_for_the_student_is_told(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*rest: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copytree", full)
    with pytest.raises(StoreFailed, match="No space left"):
        tune(_settings(base, steps=2), examples(), tmp_path / "out")
    monkeypatch.undo()
    assert tune(_settings(base, steps=2), examples(), tmp_path / "out").resumed_at == 2


def test_nothing_left_to_train_on_is_told_with_counts(base: Path, tmp_path: Path):
    with pytest.raises(BadInput, match=r"no example is left to train on: 24 examples, .* 24 over_length"):
        tune(_settings(base, max_length=8), examples(), tmp_path / "out")
    with pytest.raises(BadInput, match="0 examples"):
        tune(_settings(base), [], tmp_path / "out")


def test_what_is_left_out_is_counted_and_listed(base: Path, tmp_path: Path):
    long = Example.single_turn("Why?", "because " * 300, id="long")
    for over_length, count in (("drop", (1, 0)), ("truncate", (0, 1))):
        out = tmp_path / over_length
        settings = _settings(base, steps=1, max_length=128, over_length=over_length)
        result = tune(settings, [*examples(), long], out)
        assert (result.dropped, result.truncated) == count
        listed = [json.loads(line) for line in (out / "left_out.jsonl").read_text().splitlines()]
        assert [each["id"] for each in listed] == ["long"]
        assert listed[0]["reason"] in ("over_length", "truncated")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"gguf": "f16", "method": "prompt"}, "cannot become a GGUF"),
        ({"merge": True, "method": "prefix"}, "cannot be merged"),
        ({"select": "score"}, "nothing scores them"),
        ({"template": "chatlm"}, "chatml"),
    ],
)
def test_what_cannot_end_well_is_refused_before_training(
    base: Path, tmp_path: Path, given: dict[str, Any], told: str
):
    with pytest.raises(BadInput, match=told):
        tune(_settings(base, **given), examples(), tmp_path / "out")


# Which checkpoint


def test_the_checkpoint_with_the_lowest_held_out_loss_is_kept(base: Path, tmp_path: Path):
    settings = _settings(base, epochs=12, learning_rate=5e-2, method="full", held_out=4, checkpoints=5)
    result = tune(settings, examples(), tmp_path / "out")
    losses = {line["step"]: line["held_out_loss"] for line in result.scores}
    assert len(losses) == 12
    assert result.chosen == min(losses, key=losses.get)
    assert result.loss_after == losses[result.chosen]
    folder = tmp_path / "out" / outfolder.CHECKPOINTS
    assert {each.step for each in checkpoints.found(folder)} == {result.chosen, result.steps}
    assert not list(folder.rglob(checkpoints.RESUME))


def test_a_score_chooses_and_is_kept(base: Path, tmp_path: Path):
    scored: list[str] = []

    def score(folder: Path) -> float:
        scored.append(folder.name)
        assert loading.load(str(folder)).method == "lora"
        return -abs(int(folder.name.removeprefix("step-")) - 12)

    settings = _settings(base, epochs=3, select="score", checkpoints=6)
    result = tune(settings, examples(), tmp_path / "out", score_checkpoint=score)
    assert (result.chosen, result.chosen_by) == (12, "score")
    assert [line["score"] for line in result.scores] == [-6, 0, -6]
    assert len(scored) == 3


def test_merged_weights_answer_as_the_student_does(base: Path, tmp_path: Path):
    result = tune(_settings(base, merge=True), examples(), tmp_path / "out")
    assert result.merged
    merged = loading.load(str(tmp_path / "out"))
    (tmp_path / "out" / "model").rename(tmp_path / "moved")
    apart = loading.load(str(tmp_path / "out"))
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    with torch.no_grad():
        assert torch.allclose(merged.model(ids).logits, apart.model(ids).logits, atol=1e-4)
