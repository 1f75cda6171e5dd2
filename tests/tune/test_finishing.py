from __future__ import annotations

from pathlib import Path

import pytest

from trainings import QUIET, examples, weights_hash
from tutelage.errors import BadInput
from tutelage.models import loading
from tutelage.models.student import Student, read
from tutelage.tune import finishing
from tutelage.tune.settings import TuneSettings
from tutelage.tune.training import tune

pytestmark = [pytest.mark.filterwarnings(each) for each in QUIET]
PROMPTS = {"kind": "intrinsic", "space": "prompts"}


@pytest.mark.parametrize("method", ["adapter", "prompt", "prefix", "ptuning", PROMPTS])
def test_what_cannot_become_plain_weights_is_refused_before(method: str | dict[str, str]) -> None:
    for wish in ({"gguf": "f16"}, {"merge": True}):
        settings = TuneSettings(method=method, **wish)
        with pytest.raises(BadInput):
            finishing.check_ends(settings, settings.tuning)


@pytest.mark.parametrize("method", ["lora", "full", "low-memory", "ia3", "intrinsic"])
def test_what_can_is_let_through(method: str) -> None:
    settings = TuneSettings(method=method, gguf="f16", merge=True)
    finishing.check_ends(settings, settings.tuning)


def test_merged_weights_answer_as_the_student_did(base: Path, tmp_path: Path) -> None:
    settings = TuneSettings(base=str(base), steps=2, learning_rate=1e-2, dtype="float32")
    out = tmp_path / "out"
    tune(settings, examples(), out)
    before = loading.load(str(out), dtype="float32")
    ids = before.tokenizer("Name 3 fruits", return_tensors="pt").input_ids
    expected = before.model(ids).logits.detach()
    described = finishing.merge(out, settings.tuning, before.tokenizer, read(out))
    assert described.merged
    assert read(out) == described
    merged = loading.load(str(out), dtype="float32").model
    assert not hasattr(merged, "peft_config")
    assert float((merged(ids).logits.detach() - expected).abs().max()) < 1e-4


def test_a_checkpoint_takes_the_place_of_what_is_there(tmp_path: Path) -> None:
    chosen, out = tmp_path / "step-000002", tmp_path / "out"
    for folder, word in ((chosen, "new"), (out, "old")):
        (folder / "delta").mkdir(parents=True)
        (folder / "delta" / "weights.safetensors").write_text(word)
    (out / "delta" / "stale").write_text("of another")
    (chosen / "resume").mkdir()
    for name in ("state.json", "COMPLETE", "student.json"):
        (chosen / name).write_text("{}")
    finishing.take(chosen, out)
    assert sorted(path.name for path in out.iterdir()) == ["delta", "student.json"]
    assert [path.name for path in (out / "delta").iterdir()] == ["weights.safetensors"]
    assert weights_hash(out) == weights_hash(chosen)


def test_a_student_is_whole_in_any_folder(base: Path, tmp_path: Path) -> None:
    tuning = TuneSettings(method="full").tuning
    loaded = loading.load(str(base), dtype="float32")
    student = Student(
        base=str(base), base_digest=loaded.digest, method={"kind": "full"}, template=loaded.template.as_dict()
    )
    finishing.fill(tmp_path, tuning.attach(loaded.model, seed=0), loaded.tokenizer, tuning, student)
    assert (tmp_path / "template.jinja").read_text("utf-8") == loaded.template.source
    assert read(tmp_path).merged
    assert loading.load(str(tmp_path)).template == loaded.template
