"""Loading: what is there comes as it is, what does not fit is refused."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from tiny import tiny_llama, tiny_tokenizer
from tutelage import plugins
from tutelage.errors import BadInput, TeacherRefused
from tutelage.models import dequantize, embedded, hub
from tutelage.models.finding import Found, find
from tutelage.models.hashing import file_hash
from tutelage.models.loading import digest_of, folded, load
from tutelage.models.student import Student
from tutelage.records import user
from tutelage.tune.tuning import Tuning

ASKED = (user("Name three fruits."),)


@pytest.fixture
def own(llama, tmp_path):
    """A copy of the tiny Llama to spoil."""
    return shutil.copytree(llama, tmp_path / "own")


def logits(loaded):
    with torch.no_grad():
        return loaded.model(torch.tensor([[5, 6, 7, 8]])).logits


def test_a_folder_comes_with_its_template_in_32_bits_and_ready_to_answer(llama):
    loaded = load(str(llama), dtype="float32")
    assert loaded.name == llama.name
    assert (loaded.model.training, loaded.model.dtype, loaded.method) == (False, torch.float32, "")
    assert loaded.template.prompt(ASKED) == (
        "<|im_start|>user\nName three fruits.<|im_end|>\n<|im_start|>assistant\n"
    )
    assert loaded.digest == digest_of(find(str(llama)))
    assert load(str(llama), dtype="bfloat16").model.dtype is torch.bfloat16


def test_a_base_without_a_template_gets_alpaca_and_a_named_one_holds(gpt2, llama):
    assert load(str(gpt2)).template.name == "alpaca"
    assert load(str(llama), template="chatml").template.name == "chatml"
    with pytest.raises(BadInput, match="no template called 'chatlm'"):
        load(str(llama), template="chatlm")


def test_the_digest_is_of_the_content(llama, own):
    assert load(str(own)).digest == load(str(llama)).digest
    weights = load_file(own / "model.safetensors")
    weights["model.norm.weight"] += 1
    save_file(weights, own / "model.safetensors", metadata={"format": "pt"})
    assert load(str(own)).digest != load(str(llama)).digest


def test_a_tokenizer_of_another_model_is_refused_with_both_numbers(own):
    tiny_tokenizer(own, vocabulary=450)
    with pytest.raises(BadInput, match=r"tokenizer has 4\d\d tokens, the model 400 embeddings"):
        load(str(own))


def test_missing_weights_are_refused_not_drawn(own):
    weights = load_file(own / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, own / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BadInput, match=r"1 weights are missing.*layers\.1\.mlp\.up_proj"):
        load(str(own))


def test_weights_of_another_shape_are_refused(own):
    config = json.loads((own / "config.json").read_text())
    (own / "config.json").write_text(json.dumps(config | {"intermediate_size": 48}))
    with pytest.raises(BadInput, match=r"6 weights do not fit.*(down|gate|up)_proj"):
        load(str(own))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.safetensors", b"\x08" + bytes(9)),
        ("tokenizer.json", b"{"),
        ("config.json", b'{"model_type": "x"}'),
    ],
)
def test_a_damaged_file_is_told_with_its_folder(own, file, content):
    (own / file).write_bytes(content)
    with pytest.raises(BadInput, match="cannot be loaded") as caught:
        load(str(own))
    assert caught.value.where == str(own)


def test_a_tokenizer_that_cannot_end_is_refused(own):
    settings = json.loads((own / "tokenizer_config.json").read_text())
    del settings["eos_token"]
    (own / "tokenizer_config.json").write_text(json.dumps(settings))
    with pytest.raises(BadInput, match="no end-of-text token"):
        load(str(own))


def test_code_that_comes_with_a_model_is_never_run(own, tmp_path):
    config = json.loads((own / "config.json").read_text())
    auto = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    (own / "config.json").write_text(json.dumps(config | {"model_type": "evil", "auto_map": auto}))
    (own / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(BadInput, match="cannot be loaded"):
        load(str(own))
    assert not (tmp_path / "ran").exists()


def test_gguf_and_hub_become_folders(llama, monkeypatch, tmp_path):
    file = tmp_path / "m.gguf"
    file.write_bytes(b"GGUF")
    monkeypatch.setattr(embedded, "smollm2", lambda: file)
    monkeypatch.setattr(dequantize, "as_folder", lambda path: {file: llama}[path])
    loaded = load("smollm2")
    assert loaded.digest == file_hash(file)[:32]
    monkeypatch.setattr(hub, "fetched", lambda name: {"org/name": llama}[name])
    assert load("org/name").name == "org/name"
    assert digest_of(Found("org/name", "hub", None)) == digest_of(find(str(llama)))


def test_without_a_network_a_model_of_the_hub_is_refused_clearly():
    with pytest.raises(TeacherRefused, match="offline"):
        load("tutelage-tests/no-such-model")


class Shift(Tuning):
    """Adds a number to the last norm: the smallest way to tune."""

    kind = "shift"
    merges = True
    rate = 1.0
    by: float = 1.0

    def attach(self, model, *, seed):
        return model

    def save(self, model, folder):
        save_file({"by": torch.tensor([self.by])}, folder / "shift.safetensors")

    def restore(self, model, folder):
        with torch.no_grad():
            model.model.norm.weight += load_file(folder / "shift.safetensors")["by"]
        return model

    def merge(self, model):
        return model


@pytest.fixture
def tuned(llama, tmp_path, monkeypatch):
    """A student of the kind ``shift`` in its folder."""
    monkeypatch.setattr(plugins, "load", lambda group, name: {("tuning", "shift"): Shift}[group, name])
    return make_student(tmp_path / "student", str(llama))


def make_student(folder, base):
    (folder / "delta").mkdir(parents=True)
    loaded = load(base, template="plain")
    Shift(by=0.5).save(None, folder / "delta")
    Student(base, loaded.digest, {"kind": "shift", "by": 0.5}, loaded.template.as_dict()).write(folder)
    return folder


def test_a_student_is_its_base_with_what_was_trained_and_its_template(llama, tuned):
    base, loaded = load(str(llama), dtype="float32"), load(str(tuned), dtype="float32")
    assert (loaded.name, loaded.method, loaded.template.name) == ("student", "shift", "plain")
    assert load(str(tuned), template="chatml").template.name == "chatml"
    assert not torch.equal(logits(loaded), logits(base))
    with torch.no_grad():
        base.model.model.norm.weight += 0.5
    assert torch.equal(logits(loaded), logits(base))
    assert loaded.digest == digest_of(find(str(tuned)))


def test_a_student_with_its_whole_model_needs_no_base(llama, tuned, tmp_path):
    loaded = load(str(tuned), dtype="float32")
    loaded.model.save_pretrained(tuned / "model")
    tiny_tokenizer(tuned)
    plain = json.loads((tuned / "student.json").read_text())
    (tuned / "student.json").write_text(json.dumps(plain | {"base": "gone/base", "merged": True}))
    whole = load(str(tuned), dtype="float32")
    assert torch.equal(logits(whole), logits(loaded))
    assert (whole.method, whole.template.name) == ("", "plain")


def test_another_base_than_the_tuned_one_is_refused(tuned, tmp_path):
    other = tiny_llama(tmp_path / "other", seed=1)
    plain = json.loads((tuned / "student.json").read_text())
    (tuned / "student.json").write_text(json.dumps(plain | {"base": str(other)}))
    with pytest.raises(BadInput, match="is not the one that was tuned"):
        load(str(tuned))


def test_a_student_may_be_a_base_but_not_its_own(tuned, tmp_path):
    second = make_student(tmp_path / "second", str(tuned))
    with torch.no_grad():
        once = load(str(tuned), dtype="float32").model.model.norm.weight
        twice = load(str(second), dtype="float32").model.model.norm.weight
    assert torch.equal(twice, once + 0.5)
    plain = json.loads((tuned / "student.json").read_text())
    (tuned / "student.json").write_text(json.dumps(plain | {"base": str(tuned)}))
    with pytest.raises(BadInput, match="more than 4 deep"):
        load(str(tuned))


def test_additions_are_folded_before_others_are_put_on_top(tuned, tmp_path, monkeypatch):
    merged = []
    monkeypatch.setattr(Shift, "merge", lambda self, model: merged.append(self.by) or model)
    below = load(str(tuned))
    assert (folded(below).method, folded(below).tuning) == ("", None)
    load(str(make_student(tmp_path / "second", str(tuned))))
    assert merged == [0.5] * 3  # not for what lies on top
    monkeypatch.setattr(Shift, "merges", False)
    with pytest.raises(BadInput, match="nothing can be tuned on top of this student: what 'shift' trained"):
        load(str(tmp_path / "second"))


def test_settings_and_templates_that_cannot_be_are_named(tuned):
    plain = json.loads((tuned / "student.json").read_text())
    (tuned / "student.json").write_text(json.dumps(plain | {"method": {"kind": "shift", "buy": 1}}))
    with pytest.raises(BadInput, match="settings of 'shift' cannot be used"):
        load(str(tuned))
    (tuned / "student.json").write_text(json.dumps(plain | {"template": {"sauce": 1}}))
    with pytest.raises(BadInput, match="template"):
        load(str(tuned))
