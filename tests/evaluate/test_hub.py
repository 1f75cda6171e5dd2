"""The hub: asked through ``datasets``, and its absence told in words."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tutelage.errors import BadInput, MissingExtra
from tutelage.evaluate.alpaca_eval import AlpacaEval
from tutelage.evaluate.hub import HubSet, hub_rows
from tutelage.evaluate.wildbench import WildBench


def serve(monkeypatch: pytest.MonkeyPatch, load: Any) -> None:
    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load))


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra, match="datasets"):
        list(hub_rows(HubSet("a/b")))


def test_out_of_reach_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*args: Any, **settings: Any) -> Any:
        raise ConnectionError("Offline mode is enabled")

    serve(monkeypatch, offline)
    with pytest.raises(BadInput, match="cannot be downloaded: Offline mode") as error:
        AlpacaEval().questions()
    assert "questions_file" in error.value.remedy


def test_the_published_sets_are_asked_for_in_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def load(*args: Any, **settings: Any) -> list[dict[str, Any]]:
        asked.append((args, settings))
        return [{"id": "1", "instruction": "Q", "output": "A", "generator": "gpt4_1106_preview"}]

    serve(monkeypatch, load)
    name, answers = AlpacaEval().default_baseline()
    assert (name, answers["1"].text) == ("gpt4_1106_preview", "A")
    assert asked[0][0] == ("json",)
    assert asked[0][1]["data_files"].startswith("hf://datasets/tatsu-lab/alpaca_eval/")
    assert WildBench().questions()[0].id == "1"
    assert asked[-1] == (("allenai/WildBench", "v2"), {"split": "test"})
