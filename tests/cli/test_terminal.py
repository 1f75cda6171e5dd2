from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tutelage.cli.terminal import emit, json_option, note, out_option, set_option, table


def test_the_shared_options_mean_the_same_everywhere() -> None:
    @click.command()
    @set_option
    @json_option
    @out_option("Where.")
    def command(sets: tuple[str, ...], as_json: bool, out: Path | None) -> None:
        emit({"sets": sets, "json": as_json, "out": str(out)})

    done = CliRunner().invoke(command, ["--set", "a=1", "--set", "b=2", "--json", "--out", "x"])
    assert json.loads(done.output) == {"sets": ["a=1", "b=2"], "json": True, "out": "x"}


def test_results_and_notes_go_apart(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"name": "中文"})
    note("warning")
    told = capsys.readouterr()
    assert told.out == '{"name": "中文"}\n'
    assert told.err == "warning\n"


def test_a_table_for_programs_is_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    table(("name", "count"), [("a\nb", 1), ("c", 2)])
    assert capsys.readouterr().out == "name\tcount\na b\t1\nc\t2\n"


def test_a_table_on_a_terminal_keeps_brackets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    table(("setting", "default"), [("stop", "[red]")])
    out = capsys.readouterr().out
    assert "[red]" in out
    assert "\t" not in out


def test_marks_that_turn_the_direction_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    note("mine\u202egpt")
    table(("name",), [("a\u2066b\nc",)])
    told = capsys.readouterr()
    assert (told.out, told.err) == ("name\nab c\n", "minegpt\n")
