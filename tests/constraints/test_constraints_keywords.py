from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.constraints import RULES, Constraint, Subject
from tutelage.constraints.keywords import candidates, occurrences


@pytest.mark.parametrize(
    ("text", "word", "count"),
    [
        ("Tea, tea and TEA.", "tea", 3),
        ("steam teams tea-time", "tea", 1),
        ("喝茶，品茶，茶叶", "茶", 3),
        ("用Python写python。", "python", 2),
        ("C++ and c++", "C++", 2),
        ("", "tea", 0),
    ],
)
def test_words_of_spaced_scripts_stand_alone(text: str, word: str, count: int) -> None:
    assert occurrences(text, word) == count


@given(
    words=st.lists(st.sampled_from(["apple", "bread", "cherry", "茶叶", "咖啡"]), min_size=1, unique=True),
    present=st.sets(st.sampled_from(["apple", "bread", "cherry", "茶叶", "咖啡"])),
)
def test_include_and_forbid_are_what_they_say(words: list[str], present: set[str]) -> None:
    answer = " ".join(["There", "is", *sorted(present)])
    assert Constraint("keywords_include", {"words": words}).check(answer).ok == (set(words) <= present)
    assert Constraint("keywords_forbid", {"words": words}).check(answer).ok == (not set(words) & present)


@given(
    number=st.integers(0, 6),
    wanted=st.integers(0, 6),
    relation=st.sampled_from(["at_least", "at_most", "exactly"]),
)
def test_how_often(number: int, wanted: int, relation: str) -> None:
    met = {"at_least": number >= wanted, "at_most": number <= wanted, "exactly": number == wanted}[relation]
    parameters = {"relation": relation, "count": wanted, "word": "tea"}
    assert Constraint("keywords_count", parameters).check("tea, " * number).ok == met


def test_candidates_are_own_words_then_words_of_the_text_then_shipped_ones() -> None:
    text = "Gardens should need water, and GARDENS need compost."
    assert candidates(Subject(words=("ivy", "fern")), text) == ["ivy", "fern"]
    assert candidates(Subject(), text) == ["compost", "gardens", "water"]
    assert "example" in candidates(Subject(), "It is so.")
    assert "例如" in candidates(Subject(language="zh"), "花园需要水。")
    assert candidates(Subject(words=("ivy", "fern"), taken=("poison ivy",)), text) == ["fern"]


def test_nothing_is_drawn_where_every_word_is_taken() -> None:
    subject = Subject(words=("ivy",), taken=("ivy",))
    for kind in ("keywords_include", "keywords_forbid", "keywords_count"):
        assert RULES[kind].draw(Random(1), subject) is None
