"""``tutelage preview``, in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run


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
