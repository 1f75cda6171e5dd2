"""The rubric: what is put to a judge, and what is read from its reply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge import CRITERIA, grades
from tutelage.errors import BadInput
from tutelage.filters.rubric import Rubric, criteria_in
from tutelage.replies import Unreadable


def rubric(**settings: Any) -> Rubric:
    return Rubric(**{"criteria": CRITERIA, "own": {}, "low": 1, "high": 5} | settings)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_judgings_differ_in_wording_and_order(language: str) -> None:
    assert tuple(criteria_in(language)) == CRITERIA
    one, two, three = (rubric().question(n, language, "the request", "the answer") for n in range(3))
    for text in (one, two, three):
        assert text.count("the request") >= 1
        assert "the answer" in text
        for name, wordings in criteria_in(language).items():
            assert sum(f"{name}{mark}{each}" in text for mark in (": ", "：") for each in wordings) == 1
    places = [[text.index(f"- {name}") for name in CRITERIA] for text in (one, two, three)]
    assert places[0] == sorted(places[0])
    assert places[1] == sorted(places[1], reverse=True)
    assert places[2] not in (sorted(places[2]), sorted(places[2], reverse=True))
    assert one.index("the request") < one.index("the answer")
    assert two.index("the answer") < two.index("the request")
    shared = [line for line in one.splitlines() if line.startswith("- ") and line in two]
    assert shared == []


def test_own_criteria_stand_beside_the_shipped_ones() -> None:
    own = rubric(criteria=("clear",), own={"kind": "It hurts nobody."})
    assert own.names == ("clear", "kind")
    assert "- kind: It hurts nobody." in own.question(1, "en", "q", "a")
    assert own.read('{"scores": {"clear": 2, "Kind": "5/5"}}').scores == {"clear": 2.0, "kind": 5.0}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"criteria": ("correkt",)}, ["correkt", "did you mean 'correct'", "own_criteria"]),
        ({"criteria": ()}, ["no criterion", "complete"]),
    ],
)
def test_criteria_that_are_none_are_refused(settings: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        rubric(**settings)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    "text",
    [
        grades(4),
        f"Here you are:\n```json\n{grades(4)}\n```\nGood luck!",
        json.dumps({name.title(): "4 / 5" for name in CRITERIA} | {"rationale": "It is short."}),
        json.dumps({"scores": {name: {"score": 4, "why": "x"} for name in CRITERIA}}),
        "\n".join(f"- **{name}**: 4 out of 5" for name in CRITERIA),
        "理由：太短。\n" + "\n".join(f"{name}：４分" for name in CRITERIA),
    ],
)
def test_what_models_make_of_the_form_is_read(text: str) -> None:
    read = rubric().read(text)
    assert read.scores == dict.fromkeys(CRITERIA, 4.0)
    assert read.mean == 4.0
    assert read.rationale in ("", "It is short.")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "correct, complete, obedient, clear, specific"),
        ("Looks good to me!", "correct, complete, obedient, clear, specific"),
        (grades(4, clear=9), "clear"),
        (grades(4, clear=0), "clear"),
        (json.dumps({"scores": dict.fromkeys(CRITERIA, True)}), "correct, complete"),
        (json.dumps({"scores": [4, 4, 4, 4, 4]}), "correct, complete"),
        ("[1, 2, 3]", "correct, complete"),
        (json.dumps({"scores": {"correct": 4}}), "complete, obedient, clear, specific"),
        (grades(4)[:60], "correct"),
    ],
)
def test_a_score_is_never_guessed(text: str, missing: str) -> None:
    with pytest.raises(Unreadable) as caught:
        rubric().read(text)
    assert caught.value.reason == "no_scores"
    assert missing in caught.value.detail


@given(st.text(max_size=300))
def test_any_text_is_read_or_unreadable(text: str) -> None:
    try:
        read = rubric().read(text)
    except Unreadable:
        return
    assert all(1 <= score <= 5 for score in read.scores.values())


def test_a_long_rationale_is_cut_and_a_schema_names_every_criterion() -> None:
    assert len(rubric().read(grades(3, "word " * 500)).rationale) <= 300
    for judging, order in ((0, CRITERIA), (1, CRITERIA[::-1]), (2, (*CRITERIA[1:], CRITERIA[0]))):
        assert rubric().schema(judging)["properties"]["scores"]["required"] == list(order)
