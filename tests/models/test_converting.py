"""A folder becomes a GGUF file: a small program stands in for the converter; the real one is slow."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tutelage.errors import BadInput, TutelageError
from tutelage.models import converting, gguf_header
from tutelage.models.converting import to_gguf
from tutelage.models.finding import find
from tutelage.models.loading import folder_of, load
from tutelage.models.student import Student
from tutelage.records import user

FAKE = """
import argparse, json, os, pathlib, sys
import gguf, numpy
parser = argparse.ArgumentParser()
parser.add_argument("model")
for name in ("--outfile", "--outtype", "--model-name"):
    parser.add_argument(name)
given = parser.parse_args()
source = pathlib.Path(given.model)
{trouble}
writer = gguf.GGUFWriter(given.outfile, "llama")
writer.add_name(given.model_name)
writer.add_string("test.kind", given.outtype)
writer.add_string("test.path", os.environ["PYTHONPATH"])
writer.add_string("test.files", " ".join(sorted(each.name for each in source.iterdir())))
template = source / "chat_template.jinja"
if template.is_file():
    writer.add_chat_template({template})
writer.add_tensor("t", numpy.ones((4,), dtype=numpy.float32))
writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
"""


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """``tool(trouble)`` puts a converter in place that first runs the code ``trouble``."""
    home = tmp_path / "tool"
    home.mkdir()
    monkeypatch.setenv("TUTELAGE_CONVERTER", str(home))

    def place(trouble: str = "", template: str = 'template.read_text("utf-8")') -> None:
        code = FAKE.replace("{trouble}", trouble).replace("{template}", template)
        (home / "convert_hf_to_gguf.py").write_text(code)

    place()
    return place


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "my model"
    home.mkdir()
    (home / "config.json").write_text('{"model_type": "llama"}')
    (home / "tokenizer_config.json").write_text('{"chat_template": "old", "eos_token": "e"}')
    (home / "chat_template.jinja").write_text("old")
    (home / "model.safetensors").write_bytes(b"")
    return home


def test_the_file_holds_the_given_template_and_the_source_keeps_its_own(tool, folder, tmp_path):
    out = tmp_path / "out" / "m.gguf"
    assert to_gguf(folder, out, kind="q8_0", template="{{ new 模板 }}") == out
    fields = gguf_header.check(out).fields
    assert fields["tokenizer.chat_template"] == "{{ new 模板 }}"
    assert (fields["general.name"], fields["test.kind"]) == ("my model", "q8_0")
    assert fields["test.path"].startswith(str(tmp_path / "tool"))
    assert (folder / "chat_template.jinja").read_text() == "old"
    assert json.loads((folder / "tokenizer_config.json").read_text())["chat_template"] == "old"
    assert [each.name for each in out.parent.iterdir()] == ["m.gguf"]
    to_gguf(folder, out)
    assert gguf_header.check(out).fields["tokenizer.chat_template"] == "old"


def test_a_place_is_meant_from_where_the_caller_stands(tool, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = to_gguf(Path(folder.name), Path("out") / "m.gguf", template="{{ new }}")
    assert gguf_header.check(tmp_path / "out" / "m.gguf").fields["tokenizer.chat_template"] == "{{ new }}"
    assert out == Path("out/m.gguf")


def test_a_student_gives_its_whole_model_its_template_and_its_tokenizer(tool, folder, tmp_path):
    home = tmp_path / "student"
    home.mkdir()
    described = Student("smollm2", "0" * 32, {"kind": "lora"}, {"name": "plain", "source": "{{ plain }}"})
    described.write(home)
    with pytest.raises(BadInput, match="only what 'lora' trained") as caught:
        to_gguf(home, tmp_path / "s.gguf")
    assert "--merge" in caught.value.remedy
    shutil.move(folder, home / "model")
    (home / "model" / "tokenizer_config.json").rename(home / "tokenizer_config.json")
    (home / "old.gguf").write_bytes(b"GGUF")
    fields = gguf_header.check(to_gguf(home, home / "s.gguf")).fields
    assert (fields["tokenizer.chat_template"], fields["general.name"]) == ("{{ plain }}", "student")
    assert {"config.json", "tokenizer_config.json"} <= set(fields["test.files"].split())
    assert not {"student.json", "old.gguf"} & set(fields["test.files"].split())


@pytest.mark.parametrize(
    ("trouble", "match", "remedy"),
    [
        ("sys.exit('NotImplementedError: BPE pre-tokenizer was not recognized - x')", "tokenizer", "kind hf"),
        ("sys.exit('ERROR: Model XForCausalLM is not supported')", "architecture", "kind hf"),
        ("raise OSError(28, 'No space left on device')", "disk is full", "free some space"),
        ("import no_such_package_at_all", "lacks a package", "fetched anew"),
        ("sys.exit('all is lost')", "ended with status 1: .*all is lost", "log is in"),
        ("os.kill(os.getpid(), 9)", "signal 9", "log is in"),
        ("sys.exit(0)", "ended with status 0: it said nothing", "log is in"),
    ],
)
def test_what_fails_is_told_in_words_with_the_log_and_leaves_the_older_file(
    tool, folder, tmp_path, trouble, match, remedy
):
    out = tmp_path / "out" / "m.gguf"
    to_gguf(folder, out)
    before = out.read_bytes()
    tool(trouble)
    with pytest.raises(TutelageError, match=match) as caught:
        to_gguf(folder, out)
    assert remedy in caught.value.remedy
    assert out.read_bytes() == before
    assert sorted(each.name for each in out.parent.iterdir()) == ["m.gguf", "m.gguf.log"]
    tool()
    to_gguf(folder, out)
    assert [each.name for each in out.parent.iterdir()] == ["m.gguf"]


def test_a_file_that_was_cut_off_or_has_another_template_is_not_kept(tool, folder, tmp_path):
    out = tmp_path / "m.gguf"
    tool(template="'another'")
    with pytest.raises(TutelageError, match="another template"):
        to_gguf(folder, out, template="{{ mine }}")
    tool("pathlib.Path(given.outfile).write_bytes(b'GGUF half'); sys.exit(0)")
    with pytest.raises(BadInput, match="damaged or cut off"):
        to_gguf(folder, out)
    assert not out.exists()


def test_what_cannot_be_converted_is_refused_before_anything_is_fetched(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TUTELAGE_CONVERTER", str(tmp_path / "nowhere"))
    with pytest.raises(BadInput, match="no kind of GGUF 'q8'") as caught:
        to_gguf(folder, tmp_path / "m.gguf", kind="q8")
    assert "q8_0" in caught.value.remedy
    with pytest.raises(BadInput, match="no model to convert"):
        to_gguf(tmp_path, tmp_path / "m.gguf")


def test_a_slow_converter_is_ended(tool, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(converting, "_SECONDS", 0.5)
    tool("import time; time.sleep(60)")
    with pytest.raises(TutelageError, match="took more than"):
        to_gguf(folder, tmp_path / "m.gguf")


def test_a_place_that_cannot_be_written_is_told(tool, folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TutelageError, match="cannot be kept"):
        to_gguf(folder, tmp_path / "file" / "m.gguf")
    assert sys.executable


@pytest.mark.slow
async def test_the_real_converter_gives_a_file_that_answers_as_torch_does(tmp_path):
    from tutelage.asking import Sampling
    from tutelage.teachers.gguf import GGUF
    from tutelage.teachers.hf import HF
    from tutelage.teachers.teacher import Request

    template = load("smollm2", dtype="float32").template
    file = to_gguf(folder_of(find("smollm2")), tmp_path / "smol.gguf", kind="f32", template=template.source)
    here = HF(max_tokens=24, dtype="float32")
    there = GGUF(model=str(file), threads=1, parallel=1, context=512, max_tokens=24, temperature=0)
    try:
        for question in ("Name three fruits.", "What is the capital of France? Answer in one word."):
            request = Request(Sampling(), (user(question),))
            assert (await here.send(request)).text == (await there.send(request)).text
    finally:
        await here.close()
        await there.close()
