"""What a question asks for, read from the question alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.filters.asked import composed, expected_words, says_again

SMALL = [
    "What is the capital of France?",
    "Classify the sentiment of the review as positive or negative.",
    "Is this sentence correct?",
    "Translate the sentence into French.",
    "How many sides does a hexagon have?",
    "Tell me if the following email is a promotion.",
    "Give the answer in one word.",
    "判断下面这句话是积极还是消极。",
    "中国的首都是哪里？",
]
LARGE = [
    "Write an essay about the causes of the French Revolution.",
    "Can you explain in detail how vaccines are tested, with specific examples?",
    "Write a story in 500 words.",
    "Give me three paragraphs on the history of tea.",
    "How can I prepare a small balcony for growing vegetables through the whole year, given that it "
    "faces north, gets little sun, and that I can spend one evening a week on it?",
    "请详细解释光合作用的过程。",
    "写一篇关于春天的文章，不少于300字。",
]


@pytest.mark.parametrize("question", SMALL)
def test_a_closed_question_expects_a_word_or_a_few(question: str) -> None:
    assert expected_words(question) <= 8


@pytest.mark.parametrize("question", LARGE)
def test_an_open_question_expects_a_text(question: str) -> None:
    assert expected_words(question) >= 25


def test_a_stated_length_decides() -> None:
    assert (
        expected_words("Write a story in 400 words.") == 2 * expected_words("Write a story in 200 words.") / 1
    )
    assert expected_words("写一篇200字的短文。") < expected_words("写一篇400字的短文。")


@given(st.text(max_size=300))
def test_the_expectation_is_always_a_fair_number(question: str) -> None:
    assert 1 <= expected_words(question) <= 320


def test_composed_text_is_told_from_small_things() -> None:
    assert composed("Write an essay about rain.")
    assert composed("请写一封信。")
    assert not composed("Write a title for the essay.")
    assert not composed("Is it raining?")


def test_a_text_to_work_on_may_come_back() -> None:
    assert says_again("Correct the grammar: he go home")
    assert says_again("把下面的句子改写得更正式。")
    assert not says_again("Why does the sea rise and fall every day?")
