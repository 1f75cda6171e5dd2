"""What a simulated person said, and replies that hold something else."""

from __future__ import annotations

import pytest

from tutelage.methods.dialogues.farewell import STOP
from tutelage.methods.dialogues.spoken import Shown, message_of, question_of
from tutelage.records import Reply
from tutelage.replies import Unreadable

PROMPT = (
    "You play a person who writes to an assistant.\nWrite one message at a time, short and in plain words."
)
SHOWN = Shown([PROMPT])

MESSAGES = [
    ("And in winter?", "And in winter?"),
    ('"And in winter?"', "And in winter?"),
    ("Person: And in winter?", "And in winter?"),
    ("And in winter?\nAssistant: Then it is cold.\nPerson: Why?", "And in winter?"),
    ("用户：那冬天呢？", "那冬天呢？"),
    ("That sounds odd. My dough never rises.", "That sounds odd. My dough never rises."),
    ("Sure, but what if it is cold?", "Sure, but what if it is cold?"),
    ("当然，那冬天呢？", "当然，那冬天呢？"),
    ("[END]", STOP),
    ("谢谢，再见！", STOP),
]
NO_MESSAGES = [
    (Reply(""), "empty_question"),
    (Reply("..."), "empty_question"),
    (Reply("Assistant: It is cold."), "empty_question"),
    (Reply("And in the winter of", finish="length"), "cut_off"),
    (Reply("word " * 500), "too_long"),
    (Reply("Sure! Here's what you need."), "spoke_as_assistant"),
    (Reply("Is there anything else I can help with?"), "spoke_as_assistant"),
    (Reply("I’d be happy to help."), "spoke_as_assistant"),
    (Reply("当然，以下是做法。"), "spoke_as_assistant"),
    (Reply("write one message at a time, short and in plain words"), "prompt_echo"),
]


@pytest.mark.parametrize(("text", "wanted"), MESSAGES)
def test_a_message_is_taken_out_of_what_surrounds_it(text: str, wanted: str) -> None:
    assert message_of(Reply(text), SHOWN) == wanted


@pytest.mark.parametrize(("reply", "code"), NO_MESSAGES)
def test_what_is_no_message_of_a_person_has_its_code(reply: Reply, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        message_of(reply, SHOWN)
    assert caught.value.reason == code


QUESTIONS = [
    ("Why does bread rise?", "Why does bread rise?"),
    ("Sure! Here's a question: Why does bread rise?", "Why does bread rise?"),
    ("Why does bread rise?\n\nBread rises because of yeast.", "Why does bread rise?"),
    ("My dough stays flat. What is wrong?", "My dough stays flat. What is wrong?"),
    ("Explain how yeast works.", "Explain how yeast works."),
    ("Question: Why does bread rise?", "Why does bread rise?"),
    ("面包为什么会发起来？", "面包为什么会发起来？"),
    ("请解释酵母的作用。", "请解释酵母的作用。"),
]
NO_QUESTIONS = [
    ("The answer is: bread has to rest.", "not_a_question"),
    ("Bread rises because of yeast.", "not_a_question"),
    ("What a wonderful loaf.", "not_a_question"),
    ("Explain " + "word " * 70, "not_a_question"),
    ("Here you go?! How can I assist you?", "spoke_as_assistant"),
    ("?", "not_a_question"),
    ("", "empty_question"),
]


@pytest.mark.parametrize(("text", "wanted"), QUESTIONS)
def test_one_question_is_taken_out_of_what_surrounds_it(text: str, wanted: str) -> None:
    assert question_of(Reply(text), SHOWN) == wanted


@pytest.mark.parametrize(("text", "code"), NO_QUESTIONS)
def test_what_is_no_question_has_its_code(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        question_of(Reply(text), SHOWN)
    assert caught.value.reason == code


def test_short_lines_of_a_prompt_may_be_said() -> None:
    Shown(["Hello there!"]).refuse("Hello there!")
