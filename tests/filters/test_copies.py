"""The index of questions: what counts as a copy, what does not, and that its shortcuts lose nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.filters.copies import Copy, CopyIndex

BLOG = (
    "Compose an engaging travel blog post about a recent trip to Hawaii, highlighting cultural experiences "
    "and must-see attractions."
)
FRANCE = "What is the capital of France?"
POEM = "请写一首关于长江三峡秋天夜晚的七言绝句，并解释其中的典故。"


def index(*questions: str, n: int = 8, threshold: float = 0.6) -> CopyIndex:
    return CopyIndex(questions, n=n, threshold=threshold)


def found(text: str, *questions: str) -> Copy:
    copy = index(*questions).find(text)
    assert copy is not None
    return copy


def test_a_copy_survives_case_punctuation_and_notation_of_numbers() -> None:
    question = "List 12 uses of 3,000 bricks."
    for text in (question, "LIST twelve uses; of three thousand bricks", "list 十二 uses of 三千 bricks"):
        assert found(text, BLOG, question)[:3] == (1, "copy", 1.0)


def test_an_edited_copy_is_found_with_its_score_and_what_is_shared() -> None:
    text = BLOG.replace("engaging", "funny").replace("Hawaii", "Norway").replace("recent ", "")
    copy = found(text, FRANCE, BLOG)
    assert (copy.question, copy.reason) == (1, "near_copy")
    assert 0.75 < copy.score < 0.95
    assert " ".join(copy.shared) == "highlighting cultural experiences and must see attractions"


def test_a_question_inside_a_longer_text_is_contained() -> None:
    copy = found(f"Here is my homework for tomorrow, please do it well. {BLOG} Thank you so much!", BLOG)
    assert (copy.reason, copy.score) == ("contains", 1.0)
    short = "Who painted the Mona Lisa?"
    assert (
        found(f"My teacher would like to hear at length: {short} She is waiting.", short).reason == "contains"
    )


def test_a_stretch_of_a_long_question_is_contained() -> None:
    question = f"{BLOG} Then translate every paragraph into Latin verse and count its feet twice."
    text = (
        "Dear all: translate every paragraph into Latin verse and count its feet, as agreed in our last call."
    )
    copy = found(text, question)
    assert copy.reason == "contains"
    assert len(copy.shared) == 10
    assert index(question, n=11).find(text) is None


def test_another_question_of_the_same_form_is_no_copy() -> None:
    guard = index(FRANCE, BLOG, POEM)
    for text in (
        "What is the price of petrol?",
        "What is the currency of France, and where do people pay with it besides its neighbours?",
        "Write a blog post about travel.",
        "请写一首关于春天的诗。",
        "",
        "!!!",
    ):
        assert guard.find(text) is None


def test_chinese_copies_are_found_by_character() -> None:
    edited = POEM.replace("秋天", "冬天").replace("解释", "说明")
    assert found(POEM.replace("，", " "), BLOG, POEM)[:2] == (1, "copy")
    assert found(edited, BLOG, POEM)[:2] == (1, "near_copy")
    assert found("十二个人", "12个人").reason == "copy"


def test_what_many_questions_share_does_not_count() -> None:
    template = "Decide whether the first sentence below entails the second one, contradicts it or neither:"
    letters = "abcdefghijklmnopqrstuvwxyz"
    subjects = [f"{one}{two} rivers flow {one}{two}ward" for one in letters for two in "tn"]
    guard = index(*(f"{template} {subject}" for subject in subjects))
    assert guard.find(f"{template} Cats sleep by day.") is None
    assert guard.find(f"{template} {subjects[3]}") is not None


def test_equal_questions_count_once() -> None:
    assert len(index(FRANCE, FRANCE.upper(), "?", BLOG)) == 2


WORDS = st.sampled_from([f"w{number}" for number in range(40)])


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=8, max_size=40), st.randoms(use_true_random=False))
def test_a_fifth_of_the_words_may_change(words: list[str], chance: random.Random) -> None:
    edited = list(words)
    for place in chance.sample(range(len(words)), len(words) // 5):
        edited[place] = chance.choice(["other", "words", "here"])
    telling = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"]
    others = [" ".join(chance.choices(telling, k=12)) for _ in range(5)]
    copy = index(*others, " ".join(words)).find(" ".join(edited))
    assert copy is not None
    assert copy.question == 5


def test_a_megabyte_is_read_once() -> None:
    guard = index(BLOG, POEM)
    filler = " ".join(f"word{number % 977} travel blog post about" for number in range(30_000))
    copy = guard.find(f"{filler} {BLOG} {filler}")
    assert copy is not None
    assert copy.question == 0


def test_the_first_of_equals_is_named() -> None:
    first, second = f"{BLOG} Red.", f"{BLOG} Green."
    assert found(BLOG, first, second).question == 0


@pytest.mark.parametrize("surrogate", ["\ud800", "x\udfff y"])
def test_lone_surrogates_do_no_harm(surrogate: str) -> None:
    assert index(BLOG).find(surrogate) is None
