"""What a name means, and what is said where it means nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tutelage.errors import BadInput
from tutelage.models import embedded, finding
from tutelage.models.finding import Found, find


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "tiny-model"
    home.mkdir()
    (home / "config.json").write_text('{"model_type": "llama"}')
    (home / "model.safetensors").write_bytes(b"")
    return home


def test_a_folder_a_student_and_the_hub(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert find(str(folder)) == Found("tiny-model", "folder", folder)
    assert find("tiny-model").kind == "folder"
    assert find("SomeOrg/some-model.v2") == Found("SomeOrg/some-model.v2", "hub", None)
    assert find("SomeOrg/SmolLM2-135M").kind == "hub"
    (folder / "student.json").write_text("{}")
    assert find(str(folder)).kind == "student"


def test_the_embedded_model_is_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "smollm2", lambda: tmp_path / "file.gguf")
    assert find("smollm2") == Found("SmolLM2-135M-Instruct.Q4_1", "gguf", tmp_path / "file.gguf")


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("smolm2", "smollm2"),
        ("SmolLM2", "smollm2"),
        ("tiny-mdel", "tiny-model"),
        ("./tiny_model", "tiny-model"),
    ],
)
def test_a_typo_gets_the_nearest_name(folder, monkeypatch, name, offered):
    monkeypatch.chdir(folder.parent)
    with pytest.raises(BadInput, match=f"there is no model '{name}'") as caught:
        find(name)
    assert f"did you mean '{offered}'?" in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "nothing-like-it", "/no/such/folder", "a/b/c", "a b/c", "../x/..\0", "x" * 5000]
)
def test_a_name_without_a_neighbour_gets_what_a_model_can_be(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput) as caught:
        find(name)
    assert caught.value.where.startswith(("model:", "."))
    assert caught.value.remedy


def test_a_name_cannot_steer_the_terminal_or_fill_it():
    for name in ("\x1b[31mred\n/evil x", "x" * 5000):
        with pytest.raises(BadInput) as caught:
            find(name)
        assert "\x1b" not in str(caught.value)
        assert len(str(caught.value)) < 600


def test_a_folder_without_a_model_says_what_is_missing_and_what_is_there(folder):
    outer = folder.parent
    with pytest.raises(BadInput, match=r"config\.json is missing") as caught:
        find(str(outer))
    assert "tiny-model" in caught.value.remedy
    (folder / "model.safetensors").unlink()
    with pytest.raises(BadInput, match="no weights"):
        find(str(folder))


@pytest.mark.parametrize("text", ["{", "[]", '{"hidden_size": 2}', "\x00"])
def test_a_damaged_configuration_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(BadInput, match="the model's configuration") as caught:
        find(str(folder))
    assert "config.json" in caught.value.where


def test_a_file_of_a_folder_sends_to_the_folder(folder):
    with pytest.raises(BadInput, match="one file of a model's folder") as caught:
        find(str(folder / "model.safetensors"))
    assert str(folder) in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"GG", b"<html>", b"GGUF", b"GGUF" + bytes(4000)])
def test_what_is_no_whole_gguf_file_is_refused(tmp_path, content):
    file = tmp_path / "m.gguf"
    file.write_bytes(content)
    with pytest.raises(BadInput, match="GGUF file") as caught:
        find(str(file))
    assert "m.gguf" in caught.value.where


def test_nothing_heavy_is_imported():
    code = (
        "import sys, tutelage.models.finding, tutelage.models.student, tutelage.teachers.hf\n"
        "print({'torch', 'transformers', 'huggingface_hub', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert finding.SMOLLM2 == "smollm2"
