"""All measures together."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import pytest

from tutelage.analysis import parsing
from tutelage.analysis.report import Source, analyse
from tutelage.analysis.settings import AnalysisSettings
from tutelage.analysis.yields import RunFacts
from tutelage.records import Example

TEXTS = (
    "Write a poem about rain.",
    "Write a poem about rain!",
    "List five rivers.",
    "写一首关于雨的诗。",
    "",
)


def examples(texts: tuple[str, ...] = TEXTS) -> list[Example]:
    return [
        Example.single_turn(text, f"Answer {number}.", id=str(number), cell={"task": f"t{number % 2}"})
        for number, text in enumerate(texts)
    ]


def strict(figures: dict[str, Any]) -> str:
    """JSON without NaN and infinities."""
    return json.dumps(figures, allow_nan=False)


def test_the_interface() -> None:
    told = analyse("mine", examples()).as_dict()
    strict(told)
    assert (told["name"], told["examples"], told["analysed"], told["sampled"]) == ("mine", 5, 5, False)
    assert {"unique", "mean", "std", "top15_share"} <= set(told["verb_noun"])
    assert {"mean", "interval", "mean_max"} <= set(told["rouge_l"])
    assert set(told["coverage"]) == {"task"}
    assert told["duplicates"]
    assert told["difficulty"]["turns"]["n"] == 5
    assert told["yields"] is None
    assert told["versions"]["tutelage"]
    assert told["settings"]["rule"] == "compat"


@pytest.mark.parametrize("texts", [(), ("",), ("One alone.",), ("写诗", "写诗"), ("!!!", "…", "?")])
def test_few_and_odd_texts_have_figures_or_none(texts: tuple[str, ...]) -> None:
    told = analyse("few", examples(texts)).as_dict()
    strict(told)
    assert told["analysed"] == len(texts)


def test_a_missing_package_leaves_its_part_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "find_spec", lambda name: None if name == "spacy" else find_spec(name))
    parsing.parsers.cache_clear()
    whole = analyse("mine", examples()).as_dict()
    parsing.parsers.cache_clear()
    assert "tutelage[analysis]" in whole["verb_noun"]["unsupported"]
    assert whole["verb_noun"]["unique"] is None
    assert whole["rouge_l"]["mean_max"] is not None
    assert whole["coverage"]["task"]["values"] == 2


def test_equal_examples_give_equal_figures_and_the_seed_may_change_them() -> None:
    rows = examples(tuple(f"Name {n} things that are {n % 7} and {n % 5}." for n in range(300)))
    first, again = (
        strict(analyse("x", rows, settings=AnalysisSettings(pairs=50)).as_dict()) for _ in range(2)
    )
    other = strict(analyse("x", rows, settings=AnalysisSettings(pairs=50, seed=1)).as_dict())
    assert first == again != other


def test_what_only_a_run_or_a_reader_knows_is_handed_on() -> None:
    heard: list[str] = []
    found = analyse(
        "run",
        examples(),
        run=RunFacts("run", "finished", accepted=5),
        source=Source("there", "run", 50, notes=("half of it",)),
        wanted={"task": ["t0", "t9"]},
        levels={"t1": 1},
        losses={"0": 1.5},
        tell=heard.append,
    ).as_dict()
    assert found["yields"]["accepted"] == 5
    assert (found["examples"], found["analysed"], found["sampled"]) == (50, 5, True)
    assert found["coverage"]["task"]["wanted"]["missing"] == ["t9"]
    assert found["coverage"]["level"]["counts"] == {"1": 2}
    assert found["difficulty"]["loss"]["mean"] == 1.5
    assert len(heard) == 6
