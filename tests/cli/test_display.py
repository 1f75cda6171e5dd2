"""Progress on a terminal and elsewhere."""

from __future__ import annotations

import pytest

from tutelage.cli.display import progress_display
from tutelage.runs.progress import Snapshot


def test_elsewhere_it_is_plain_lines_on_standard_error(capsys: pytest.CaptureFixture[str]):
    with progress_display() as listener:
        listener(Snapshot("generate", 1, 10, sent=2))
        listener(Snapshot("generate", 2, 10, sent=3))
        listener(Snapshot("generate", 10, 10, sent=11))
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert [line.split(" · ")[0] for line in lines] == ["generate: 1/10 accepted", "generate: 10/10 accepted"]


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]):
    with progress_display(quiet=True) as listener:
        listener(Snapshot("generate", 1, 10))
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_panel(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress_display() as listener:
        listener(Snapshot("generate", 5, 10, rejected={"shape:empty": 2}, sent=9, tokens=90, seconds=3.0))
    shown = capsys.readouterr().err
    assert "5/10 accepted" in shown
    assert "shape:empty 2" in shown
