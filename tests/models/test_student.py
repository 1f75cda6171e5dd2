"""A student's folder: written and read back, and nothing outside it can be reached through it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage import __version__
from tutelage.errors import BadInput, TutelageError
from tutelage.models import student
from tutelage.models.student import Student, gguf_file, read, student_digest, weights

NOT_INSIDE = [
    "../m.gguf",
    "/etc/m.gguf",
    "a/m.gguf",
    "..",
    "m.bin",
    "..\\m.gguf",
    "C:\\m.gguf",
    "x/../../m.gguf",
]


@pytest.fixture
def written(tmp_path):
    made = Student(
        base="smollm2",
        base_digest="0" * 32,
        method={"kind": "lora", "r": 16},
        template={"name": "alpaca", "source": "{{ messages }}"},
        recipe={"seed": 42, "中文": True},
    )
    made.write(tmp_path)
    (tmp_path / "delta").mkdir()
    (tmp_path / "delta" / "adapter.safetensors").write_bytes(b"weights")
    return tmp_path, made


def change(folder, **fields):
    file = folder / "student.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | fields), "utf-8")


def test_what_is_written_is_read(written):
    folder, made = written
    assert read(folder) == made
    assert made.version == __version__
    assert json.loads((folder / "student.json").read_text("utf-8"))["format"] == 1
    assert sorted(each.name for each in folder.iterdir()) == ["delta", "student.json"]


@pytest.mark.parametrize("name", NOT_INSIDE)
def test_a_file_outside_the_folder_is_refused_when_read_and_when_written(written, name):
    folder, made = written
    change(folder, gguf=name)
    with pytest.raises(BadInput, match="'gguf' cannot be used"):
        read(folder)
    with pytest.raises(BadInput, match="'gguf' cannot be used"):
        replace(made, gguf=name).write(folder)


@pytest.mark.parametrize("name", ["delta", "model", "s.gguf"])
def test_a_link_out_of_the_folder_is_refused(written, tmp_path_factory, name):
    folder, _ = written
    (folder / "delta" / "adapter.safetensors").unlink()
    (folder / "delta").rmdir()
    (folder / name).symlink_to(tmp_path_factory.mktemp("elsewhere"))
    change(folder, gguf="s.gguf")
    with pytest.raises(BadInput, match="lies outside its folder"):
        read(folder)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"format": 2}, "format is 2"),
        ({"format": None}, "format is None"),
        ({"base": ""}, "'base'"),
        ({"base": 7}, "'base'"),
        ({"method": {}}, "'method.kind'"),
        ({"method": {"kind": 1}}, "'method.kind'"),
        ({"method": "lora"}, "'method'"),
        ({"template": "alpaca"}, "'template'"),
        ({"merged": "yes"}, "'merged'"),
        ({"recipe": []}, "'recipe'"),
    ],
)
def test_a_field_that_cannot_be_is_named(written, fields, match):
    folder, _ = written
    change(folder, **fields)
    with pytest.raises(BadInput, match=match) as caught:
        read(folder)
    assert "student.json" in caught.value.where


def test_unknown_fields_of_a_later_version_are_let_by(written):
    folder, made = written
    change(folder, mood="good")
    assert read(folder) == made


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_any_text_in_its_place_is_refused_without_a_traceback(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("any")
    (folder / "student.json").write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read(folder)


def test_a_folder_without_one_and_a_lacking_field(tmp_path):
    with pytest.raises(BadInput, match="holds no student"):
        read(tmp_path)
    (tmp_path / "student.json").write_text('{"format": 1, "base": "smollm2"}')
    with pytest.raises(BadInput, match="lacks 'base_digest'"):
        read(tmp_path)


def test_a_full_disk_leaves_the_older_one(written, monkeypatch):
    folder, made = written

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(student.os, "replace", full)
    with pytest.raises(TutelageError, match="No space left") as caught:
        replace(made, merged=True).write(folder)
    assert "free some space" in caught.value.remedy
    assert read(folder) == made
    assert sorted(each.name for each in folder.iterdir()) == ["delta", "student.json"]


def test_the_digest_is_of_what_answers(written):
    folder, made = written
    first = student_digest(folder, made)
    assert student_digest(folder, replace(made, recipe={}, results={"loss_after": 1.0})) == first
    for other in (
        replace(made, base_digest="1" * 32),
        replace(made, template={"name": "plain"}),
        replace(made, method={"kind": "ia3"}),
    ):
        assert student_digest(folder, other) != first
    (folder / "delta" / "adapter.safetensors").write_bytes(b"other weights")
    assert student_digest(folder, made) != first


def test_whole_weights_and_the_file_for_llama_are_found_where_they_are(written):
    folder, made = written
    assert weights(folder) is None
    with pytest.raises(BadInput, match=r"no \.gguf file") as caught:
        gguf_file(folder)
    assert "--gguf q8_0" in caught.value.remedy
    (folder / "any.gguf").write_bytes(b"GGUF")
    assert gguf_file(folder) == folder / "any.gguf"
    replace(made, gguf="student.gguf").write(folder)
    with pytest.raises(BadInput, match=r"no \.gguf file"):
        gguf_file(folder)
    (folder / "model").mkdir()
    (folder / "model" / "config.json").write_text("{}")
    assert weights(folder) == folder / "model"


def test_a_path_as_a_base_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    assert student.named_base("base") == str(tmp_path / "base")
    assert student.named_base("smollm2") == "smollm2"
    assert student.named_base("org/name") == "org/name"
