"""Each feature on an answer that shows it and on one that does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.filters.effort import LANGUAGE_FREE, NAMES, Feature, features, language
from tutelage.filters.turns import Turn

QUESTION = "Explain in detail why coastal towns build breakwaters and how storms damage them."
GOOD = (
    "Breakwaters shelter harbours: rubble slopes and caissons make waves of 3 to 5 metres break offshore. "
    "Storms scour the seabed at the toe, tear armour stones loose and overtop the crest, so towns such as "
    "Plymouth inspect theirs every spring and replace displaced blocks before the autumn gales arrive."
)
EMPTY = (
    "This is something that many people think about, and there are always different things to consider. " * 5
)


def measured(answer: str, question: str = QUESTION, alike: float = 0.0, **rest: bool) -> dict[Feature, float]:
    return features(Turn(question, question, answer, "stop"), alike, **rest)


CASES: list[tuple[Feature, str]] = [
    ("refusal", "I'm sorry, but I can't help with that."),
    ("declined", "I have to decline this request."),
    ("short", "Waves."),
    ("little", "They do this for good reasons."),
    ("stock", "That's a great question!"),
    ("evasion", "It depends on your situation."),
    ("open_end", f"{GOOD} In the end the waves always"),
    ("restated", QUESTION),
    ("common", EMPTY),
]


@pytest.mark.parametrize(("name", "answer"), CASES)
def test_a_fault_shows_in_its_feature(name: Feature, answer: str) -> None:
    assert measured(answer)[name] >= 0.4
    assert measured(GOOD)[name] <= 0.15


def test_what_is_owed_depends_on_the_question() -> None:
    closed = measured("Positive", "Classify the sentiment as positive or negative.")
    assert closed["short"] == 0
    assert closed["little"] <= 0.3
    assert measured("Positive")["short"] > 0.7


def test_a_text_to_correct_may_come_back() -> None:
    question = "Correct the grammar: the breakwater shelter the harbour of the town in every storm."
    assert (
        measured("The breakwater shelters the harbour of the town in every storm.", question)["restated"] == 0
    )


def test_without_lists_only_features_without_language_are_measured() -> None:
    found = measured("I'm sorry, but I can't help with that.", alike=0.7, listed=False)
    assert {name for name, value in found.items() if value} <= LANGUAGE_FREE
    assert found["alike"] == 0.7


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Why is it so?", "en"),
        ("为什么会这样？", "zh"),
        ("x = 1", "en"),
        ("Почему это так?", "Cyrillic script"),
    ],
)
def test_the_language_is_that_of_the_question(question: str, name: str) -> None:
    assert language(Turn(question, question, "", "stop")) == name


@given(st.text(max_size=200), st.text(max_size=400), st.floats(0, 1))
def test_features_stay_between_zero_and_one(question: str, answer: str, alike: float) -> None:
    found = measured(answer, question, alike)
    assert tuple(found) == NAMES
    assert all(0 <= value <= 1 for value in found.values())
