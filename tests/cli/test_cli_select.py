"""How the verb's options become a selector, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run
from tutelage.cli.select import build_selector
from tutelage.errors import BadInput
from tutelage.select.deita import Deita
from tutelage.select.even import Even


def test_settings_come_from_set() -> None:
    assert build_selector("deita", ["deita.threshold=0.8"]) == Deita(threshold=0.8)
    assert build_selector("even", ["even.by=[task]"]) == Even(by=("task",))


@pytest.mark.parametrize(
    ("name", "sets", "words"),
    [
        ("dieta", [], ["'dieta'", "did you mean 'deita'"]),
        ("deita", ["deita.treshold=1"], ["treshold", "did you mean 'threshold'"]),
        ("deita", ["deita.threshold=2"], ["threshold", "2"]),
        ("deita", ["even.by=x"], ["'even'", "--set deita.SETTING=VALUE"]),
        ("deita", ["deita=2"], ["--set deita.SETTING=VALUE"]),
    ],
)
def test_wrong_options_are_refused_in_words(name: str, sets: list[str], words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        build_selector(name, sets)
    for word in words:
        assert word in str(caught.value)


def test_the_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "in.json", tmp_path / "out.json"
    source.write_text(
        json.dumps([{"instruction": f"q{n}", "output": "a"} for n in range(5)]), encoding="utf-8"
    )
    command = ["select", str(source), "--by", "random", "--budget", "2", "--out", str(out)]
    assert run([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["read"], told["selected"], told["left_out"]) == (5, 2, {"beyond_budget": 3})
    assert run(command) == 0
    assert "read 5 rows, selected 2" in capsys.readouterr().out
    assert len(json.loads(out.read_text("utf-8"))) == 2
    assert run([*command[:-1], str(source), "--json"]) == 2
    assert "written over" in json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["what"]


def test_a_setting_of_the_selector_in_use_needs_no_prefix() -> None:
    assert build_selector("deita", ["threshold=0.4"]) == Deita(threshold=0.4)
    with pytest.raises(BadInput, match="'by' is not a setting"):
        build_selector("deita", ["by=x"])


def test_a_pool_below_the_budget_is_exit_3_and_written(tmp_path: Path) -> None:
    source, out = tmp_path / "in.json", tmp_path / "out.json"
    source.write_text('[{"instruction": "q", "output": "a"}]', encoding="utf-8")
    assert run(["select", str(source), "--by", "random", "--budget", "2", "--out", str(out)]) == 3
    assert len(json.loads(out.read_text("utf-8"))) == 1
