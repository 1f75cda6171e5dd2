"""How training is told: plain lines now and then, one line on a terminal, and the figures in the end."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pytest

from tutelage.cli import tune_display as display
from tutelage.tune.progress import Moment
from tutelage.tune.result import TuneResult


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


MOMENTS = [
    Moment(0, 0, note="9 examples"),
    *(Moment(n, 50, 2.0) for n in range(1, 51)),
    Moment(50, 50, note="kept"),
]


def test_plain_lines_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    with display.tune_display() as tell:
        for each in MOMENTS:
            tell(each)
    told = capsys.readouterr()
    lines = told.err.splitlines()
    assert lines[0] == "9 examples"
    assert lines[-1].endswith("kept")
    assert sum("step 50/50" in each for each in lines) == 1
    assert len(lines) <= 3
    assert told.out == ""


def test_one_line_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with display.tune_display() as tell:
        for each in MOMENTS[:-1]:
            tell(each)
    text = screen.getvalue()
    assert text.startswith("9 examples\n")
    assert text.count("\n") == 2
    assert "█" * 30 in text.rsplit("\r", 1)[1]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with display.tune_display(quiet=True) as tell:
        tell(MOMENTS[-1])
    assert capsys.readouterr().err == ""


def test_other_warnings_are_heard_and_none_is_lost_afterwards() -> None:
    with display.tune_display(quiet=True), pytest.warns(UserWarning, match="ours"):
        warnings.warn("ours", stacklevel=1)


def test_the_figures_in_words(tmp_path: Path) -> None:
    figures = {
        "loss_before": 2.5, "loss_after": 1.25, "train_loss_before": 2.5, "train_loss_after": 1.0,
        "measured_on": "held_out", "trainable": 10, "parameters": 1000, "examples": 90, "held_out": 10,
        "dropped": 3, "truncated": 2, "copies": 1, "steps": 50, "tokens": 9, "trained_tokens": 5,
        "tokens_per_second": 1234.5, "seconds": 61.0, "peak_memory": {}, "packing": True, "dtype": "float32",
        "base": "b", "method": {"kind": "lora"}, "chosen": 40, "chosen_by": "held-out loss", "scores": (),
        "notes": ("look here",), "gguf": "s.gguf",
    }  # fmt: skip
    text = display.told_result(TuneResult.from_dict(figures, tmp_path))
    parts = ["2.5000 before, 1.2500 after", "1.00%", "3 dropped", "2 cut", "update 40", "look here"]
    for part in (*parts, "s.gguf", "1 min 01 s", f"tutelage chat {tmp_path}"):
        assert part in text
