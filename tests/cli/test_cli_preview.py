"""``tutelage preview``, in this process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from tutelage.cli.main import run
from tutelage.runs.flow import Flow


def test_examples_rejections_and_the_forecast_are_shown(recipe: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["preview", str(recipe), "--items", "3", "--quiet", "--set", "shape.answer_max=12"]) == 0
    out = capsys.readouterr().out
    assert "shape:too_long" in out
    assert "a run to 4 accepted examples will take (95 % intervals):" in out
    assert f"to go on: tutelage run {recipe}" in out


def test_the_json_holds_ranges(recipe: Path, capsys: pytest.CaptureFixture[str]):
    run(["preview", str(recipe), "--items", "3", "--quiet", "--json"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])["forecast"]
    for name in ("calls", "tokens", "cost", "seconds", "accepted_share"):
        assert told[name]["low"] <= told[name]["middle"] <= told[name]["high"]


def test_a_preview_cut_short_says_so_and_tells_of_what_was_decided(
    recipe: Path, capsys: pytest.CaptureFixture[str]
):
    run(
        [
            "preview",
            str(recipe),
            "--items",
            "4",
            "--quiet",
            "--set",
            "budget.calls=5",
        ]
    )
    out = capsys.readouterr().out
    assert "stopped: " in out
    assert "1 of 4 items decided, and the figures are of those" in out
    assert "1 example accepted from 1 item\n" in out


async def _interrupted(*_: object, **__: object) -> str:
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(0.01)
    return "interrupted"


def test_an_interrupted_preview_says_so(
    recipe: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Flow, "run", _interrupted)
    assert run(["preview", str(recipe), "--items", "4", "--quiet"]) == 130
    out = capsys.readouterr().out
    assert "stopped: interrupted; 0 of 4 items decided" in out
    assert "will take" not in out
