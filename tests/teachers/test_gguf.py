"""A model in this process: what can be known without it, and the real one where it is installed."""

from __future__ import annotations

import asyncio
import importlib.util
import json

import pytest
from pydantic import ValidationError

from tutelage.asking import Sampling
from tutelage.errors import BadInput, MissingExtra, TeacherRefused
from tutelage.models.student import Student
from tutelage.records import user
from tutelage.teachers import llama
from tutelage.teachers.doctor import probe
from tutelage.teachers.gguf import GGUF
from tutelage.teachers.teacher import CallTrouble, Request

real = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None,
    reason='needs the local extra: pip install "tutelage[local]"',
)
FRUIT = (user("Name three fruits."),)


class Echo:
    """In place of llama.cpp: answers what it is told to."""

    def __init__(self, answer) -> None:
        self.answer = answer

    def handle_chat_completions(self, body):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def with_engine(answer) -> GGUF:
    teacher = GGUF(threads=1)
    teacher._engine = Echo(answer)
    return teacher


def test_the_default_is_known_without_loading_or_fetching_it():
    teacher = GGUF()
    assert teacher.name == "SmolLM2-135M-Instruct.Q4_1"
    assert teacher.identity == "gguf:SmolLM2-135M-Instruct.Q4_1.gguf:b179c9523d0e6a0f"
    assert (teacher.licence, teacher.slots) == ("apache-2.0", 2)


def test_identity_is_of_the_content_not_of_the_place(tmp_path):
    for folder, data in (("a", b"GGUF1"), ("b", b"GGUF1"), ("c", b"GGUF2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "m.gguf").write_bytes(data)
    a, b, c = (GGUF(model=str(tmp_path / folder / "m.gguf")) for folder in "abc")
    assert a.identity == b.identity != c.identity
    assert a.licence == "unknown"
    assert GGUF(model="org/repo:deep/m-Q4.gguf").name == "m-Q4"


def test_a_student_is_served_from_the_file_in_its_folder(tmp_path):
    folder = tmp_path / "doctor"
    folder.mkdir()
    with pytest.raises(BadInput, match="holds no student"):
        _ = GGUF(model=str(folder)).identity
    Student("smollm2", "0" * 32, {"kind": "lora"}, {"name": "alpaca"}, gguf="doctor-q8_0.gguf").write(folder)
    teacher = GGUF(model=str(folder))
    assert teacher.name == "doctor"
    with pytest.raises(BadInput, match=r"no \.gguf file") as caught:
        _ = teacher.identity
    assert "--gguf q8_0" in caught.value.remedy
    (folder / "doctor-q8_0.gguf").write_bytes(b"GGUF1")
    assert GGUF(model=str(folder)).identity == GGUF(model=str(folder / "doctor-q8_0.gguf")).identity


def test_what_is_no_model_file_is_refused(tmp_path):
    (tmp_path / "m.gguf").write_bytes(b"<html>")
    for name, match in (("gone.gguf", "cannot be read"), ("m.gguf", "no GGUF file")):
        with pytest.raises(BadInput, match=match):
            _ = GGUF(model=str(tmp_path / name)).identity
    with pytest.raises(ValidationError, match="number from 1"):
        GGUF(threads=0)


async def test_without_the_extra_the_command_is_named(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(llama.importlib, "import_module", absent)
    with pytest.raises(MissingExtra, match=r"tutelage\[local\]"):
        await GGUF().open()


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ({"error": {"code": 400, "message": "exceeds the available context size"}}, "bad_request"),
        ({"error": {"code": 503, "message": "loading"}}, "overloaded"),
        ({"error": {"code": 500, "message": "failed"}}, "server"),
        (RuntimeError("image input is not supported"), "bad_request"),
        ("text", "invalid"),
        ({"result": 1}, "invalid"),
    ],
)
async def test_what_llama_reports_becomes_trouble(answer, trouble):
    with pytest.raises(CallTrouble) as caught:
        await with_engine(answer).send(Request(Sampling(), FRUIT))
    assert caught.value.trouble == trouble


@pytest.mark.parametrize(
    ("seconds", "choice"),
    [({1: 1.0, 2: 0.6, 4: 0.4}, 4), ({1: 1.0, 2: 9.0, 4: 0.1}, 1), ({1: 1.0, 2: 0.9, 4: 0.85}, 1)],
)
def test_more_threads_are_taken_only_for_a_clear_gain(monkeypatch, seconds, choice):
    monkeypatch.setattr(llama, "_seconds", lambda engine: seconds[engine])
    assert llama.fastest(lambda threads: threads, [1, 2, 4]) == (choice, choice)


def test_a_single_core_needs_no_trial():
    assert llama.fastest(lambda threads: f"engine {threads}", [1]) == ("engine 1", 1)
    assert llama.thread_choices()[0] == 1


@real
async def test_a_damaged_model_is_refused_without_a_crash(tmp_path):
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + bytes(4000))
    with pytest.raises(TeacherRefused, match="cannot load"):
        await GGUF(model=str(tmp_path / "m.gguf"), threads=1).open()


@real
@pytest.mark.slow
async def test_the_real_model_does_what_it_says():
    teacher = GGUF(threads=1, context=1024, max_tokens=40)
    try:
        checkup = await probe(teacher)
        assert (checkup.found.raw, checkup.found.logprobs, checkup.found.schema) == (True, True, True)
        assert checkup.context == 1024
        seeded = [await teacher.send(Request(Sampling(seed=7, temperature=0.7), FRUIT)) for _ in range(2)]
        assert seeded[0].text == seeded[1].text
        several = await teacher.send(Request(Sampling(n=2, seed=7, temperature=1.0), FRUIT))
        assert len(several.others) == 1
        assert several.usage.completion > 5
        together = await asyncio.gather(*(teacher.send(Request(Sampling(), FRUIT)) for _ in range(4)))
        assert all(reply.text for reply in together)
        schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
        raw = await teacher.send(Request(Sampling(schema=schema), prompt="A number as JSON: "))
        assert set(json.loads(raw.text)) == {"n"}
        with pytest.raises(CallTrouble, match="context") as caught:
            await teacher.send(Request(Sampling(), (user("word " * 3000),)))
        assert caught.value.trouble == "bad_request"
    finally:
        await teacher.close()
