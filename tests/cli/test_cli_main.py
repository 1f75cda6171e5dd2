from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tutelage.cli import main as command_line
from tutelage.cli.main import run
from tutelage.errors import BadInput, BudgetReached, MissingExtra


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Puts a function in the place of the verb ``kinds``."""

    def put(body: Callable[[], object]) -> None:
        @click.command("kinds")
        @click.option("--json", "as_json", is_flag=True)
        def command(as_json: bool) -> object:
            return body()

        monkeypatch.setattr(command_line._Verbs, "get_command", lambda self, ctx, name: command)

    return put


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert "0.1.0" in out
    assert all(verb in out for verb in command_line.VERBS)


def test_no_verb_shows_the_help_as_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Verbs" in capsys.readouterr().err


def test_a_mistyped_verb_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["valdate", "x.yaml"]) == 2
    assert "did you mean 'validate'" in capsys.readouterr().err
    assert run(["kinds", "--jsn"]) == 2
    assert "--json" in capsys.readouterr().err
    assert run(["--versio"]) == 2
    assert run(["new", "x", "--preset", "papr"]) == 2
    assert "'paper'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput("the value 'x' is wrong", where="r.yaml:1:2", remedy="write y"), 2),
        (MissingExtra("reading parquet", extra="big", package="pyarrow"), 2),
        (BudgetReached("the next call could cost too much"), 3),
        (FileNotFoundError(2, "No such file", "x.yaml"), 1),
    ],
)
def test_an_error_is_told_without_a_traceback(
    verb: Callable[[Callable[[], object]], None],
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    code: int,
) -> None:
    def fail() -> None:
        raise error

    verb(fail)
    assert run(["kinds"]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert "Traceback" not in told.err


def test_with_json_an_error_is_the_last_line_of_output(
    verb: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise BadInput("what", where="where", remedy="remedy")

    verb(fail)
    assert run(["kinds", "--json"]) == 2
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said == {"error": {"what": "what", "where": "where", "remedy": "remedy", "exit": 2}}


def test_debugging_shows_the_traceback(
    verb: Callable[[Callable[[], object]], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise BadInput("what")

    verb(fail)
    monkeypatch.setenv("TUTELAGE_DEBUG", "1")
    assert run(["kinds"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_codes_of_verbs_and_of_ctrl_c(verb: Callable[[Callable[[], object]], None]) -> None:
    verb(lambda: 3)
    assert run(["kinds"]) == 3
    verb(lambda: sys.exit(130))
    assert run(["kinds"]) == 130
    verb(lambda: None)
    assert run(["kinds"]) == 0

    def interrupt() -> None:
        raise KeyboardInterrupt

    verb(interrupt)
    assert run(["kinds"]) == 130


def test_a_fault_of_ours_is_not_hidden(verb: Callable[[Callable[[], object]], None]) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    verb(fail)
    with pytest.raises(ZeroDivisionError):
        run(["kinds"])


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "tutelage", "--help"], stdout=writing, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writing)
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("redirected", "code", "told"), [(">&-", 0, ""), ("> /dev/full", 1, "No space left")]
)
def test_an_output_that_cannot_be_written_gives_no_traceback(redirected: str, code: int, told: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tutelage kinds --json {redirected}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr
