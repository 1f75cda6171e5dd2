"""Talking in the terminal, with lines piped in."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tutelage.cli.main import run
from tutelage.records import Reply
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request

RECIPE = """
teacher:
  kind: scripted
  default: 'You said {{ text }} in turn {{ turn }}.'
  rules: [{when: two, reply: '2', finish: length}]
student: {kind: scripted, rules: [{when: hello, reply: I am the student.}]}
method: skillmix
"""


@pytest.fixture
def spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """``spoken(lines, *options)`` pipes the lines into a chat with the recipe and gives the exit code."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "r.yaml"
    path.write_text(RECIPE, encoding="utf-8")

    def speak(lines: str, *options: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        return run(["chat", str(path), *options])

    return speak


def test_each_line_is_a_turn(spoken, capsys: pytest.CaptureFixture[str]) -> None:
    assert spoken("hello\n\n你好\ntwo") == 0
    told = capsys.readouterr()
    assert told.out == "You said hello in turn 1.\nYou said 你好 in turn 2.\n2\n"
    assert "--max-tokens" in told.err


def test_commands(spoken, capsys: pytest.CaptureFixture[str]) -> None:
    assert spoken("a\n/reset\nb\n/system Be kind.\nc\n/rest\n/help\n/quit\nd\n", "--json") == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert [each["content"] for each in found["messages"]] == ["Be kind.", "c", "You said c in turn 1."]
    assert found["tokens"] > 0
    assert "did you mean '/reset'" in told.err
    assert "/quit" in told.err


def test_a_line_without_an_answer(spoken, capsys: pytest.CaptureFixture[str]) -> None:
    assert spoken("hello\nwhat?\n", "--role", "student") == 1
    told = capsys.readouterr()
    assert told.out == "I am the student.\n"
    assert "no answer: no rule" in told.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chat", "smollm"], "did you mean 'smollm2'"),
        (["chat", "nobody.yaml"], "no file 'nobody.yaml'"),
        (["chat", "smollm2", "--set", "a=1"], "--set changes a recipe"),
        (["chat"], "Missing argument"),
        (["chat", "smollm2", "--runtime", "x"], "is not one of"),
    ],
)
def test_bad_input(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert told in capsys.readouterr().err


def test_a_line_that_is_no_utf8_is_a_turn(spoken, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    assert spoken("half \udcff a byte\nhello\n", "--json") == 0
    said = [each["content"] for each in json.loads(capsys.readouterr().out)["messages"]]
    assert said[0] == "half \ufffd a byte"
    piped = io.TextIOWrapper(io.BytesIO(b"caf\xe9\nhello\n"), "utf-8")
    monkeypatch.setattr("sys.stdin", piped)
    assert run(["chat", "r.yaml"]) == 0
    assert "hello in turn 2" in capsys.readouterr().out


def test_a_full_context_names_the_way_out(
    spoken, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Scripted.send

    async def send(self: Scripted, request: Request) -> Reply:
        if len(request.messages) > 1:
            raise CallTrouble("bad_request", "the model's context is 2,048")
        return await real(self, request)

    monkeypatch.setattr(Scripted, "send", send)
    assert spoken("a\nb\n/reset\nc\n") == 1
    told = capsys.readouterr()
    assert "2,048" in told.err
    assert "/reset forgets" in told.err
    assert "You said c" in told.out


def test_a_role_that_nobody_plays(spoken, capsys: pytest.CaptureFixture[str]) -> None:
    assert spoken("x", "--role", "judge") == 2
    assert "bound: teacher, student" in capsys.readouterr().err
