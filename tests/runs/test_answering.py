"""Which kind of teacher answers for a name."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
import pytest

from tutelage.errors import BadInput
from tutelage.models.finding import find
from tutelage.models.student import Student
from tutelage.runs.answering import any_teacher, local_teacher


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder that looks like a model."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (folder / "model.safetensors").write_bytes(b"")
    return folder


@pytest.fixture
def student(tmp_path: Path, model: Path) -> Path:
    """A student's folder without weights."""
    folder = tmp_path / "student"
    folder.mkdir()
    Student(str(model), "d", {"kind": "lora"}, {"name": "chatml"}, gguf="s.gguf").write(folder)
    return folder


def file_of(path: Path) -> Path:
    """A file of one tensor."""
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_tensor("token_embd.weight", np.zeros((2, 32), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_file_is_llama_cpps_and_a_folder_is_torchs(tmp_path: Path, model: Path) -> None:
    file = file_of(tmp_path / "m.gguf")
    assert local_teacher(str(file), settings={"threads": 1, "unknown": 2}).kind == "gguf"
    assert local_teacher("org/repo:file.gguf").kind == "gguf"
    assert local_teacher(str(model)).kind == "hf"
    assert local_teacher("org/name").kind == "hf"
    with pytest.raises(BadInput, match="reads GGUF files"):
        local_teacher(str(model), runtime="gguf")


def test_a_student_is_served_from_its_file_where_it_has_one(student: Path) -> None:
    assert find(str(student)).kind == "student"
    assert local_teacher(str(student)).kind == "hf"
    with pytest.raises(BadInput, match=r"no \.gguf file"):
        local_teacher(str(student), runtime="gguf")
    file_of(student / "s.gguf")
    teacher = local_teacher(str(student))
    assert (teacher.kind, teacher.name) == ("gguf", "student")
    assert local_teacher(str(student), runtime="hf").kind == "hf"


def test_a_recipe_gives_the_one_that_plays_the_role(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("teacher: {model: a}\njudge: {kind: scripted}\nmethod: skillmix\n")
    assert any_teacher(str(path), sets=("teacher.model=b",)).name == "b"
    assert any_teacher(str(path), role="judge").kind == "scripted"
    with pytest.raises(BadInput, match="'student'"):
        any_teacher(str(path), role="student")
