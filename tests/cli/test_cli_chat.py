"""Talking in the terminal, with lines piped in."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tutelage.cli.main import run

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


def test_a_role_that_nobody_plays(spoken, capsys: pytest.CaptureFixture[str]) -> None:
    assert spoken("x", "--role", "judge") == 2
    assert "bound: teacher, student" in capsys.readouterr().err
