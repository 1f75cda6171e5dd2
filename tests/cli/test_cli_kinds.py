from __future__ import annotations

import json

import pytest

from tutelage.cli.main import run


def test_the_groups_are_answered_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kinds", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"methods", "filters", "teachers", "benches", "tuning", "selectors"}
    assert "skillmix" in found["methods"]
    assert {"shape", "language", "duplicate", "novelty", "keywords"} <= set(found["filters"])
    assert {"openai", "anthropic", "gguf", "scripted"} <= set(found["teachers"])


def test_one_kind_with_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kinds", "openai", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"]["model"]["required"] is True
    assert found["settings"]["api_key_env"]["default"] == "OPENAI_API_KEY"
    assert found["settings"]["temperature"]["type"] == "number or null"
    assert run(["kinds", "openai"]) == 0
    shown = capsys.readouterr().out
    assert 'api_key_env\ttext\t"OPENAI_API_KEY"' in shown
    assert "required" in shown


def test_an_unknown_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kinds", "noveltie"]) == 2
    assert "did you mean 'novelty'" in capsys.readouterr().err


def test_a_way_to_tune_says_what_becomes_of_its_student(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kinds", "lora"]) == 0
    assert "merges into plain weights; can become a GGUF file" in capsys.readouterr().out
    for name, merges in (("intrinsic", True), ("prefix", False)):
        assert run(["kinds", name, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["merges"], found["served"]) == (merges, merges)
        assert found["rate"] > 0
