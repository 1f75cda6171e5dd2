"""Dialogues written in one reply: labels of many looks, order, and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.records import Message
from tutelage.replies import Unreadable, exchanges, speaks_as, transcript, without_label

LOOKS = [
    ("Person: ", "Assistant: "),
    ("Human: ", "AI: "),
    ("User:\n", "Assistant:\n"),
    ("**Person:** ", "**Assistant:** "),
    ("**Human**: ", "**AI Assistant**: "),
    ("### User\n", "### Assistant\n"),
    ("- Person: ".removeprefix("- "), "Chatbot: "),
    ("用户：", "助手："),
    ("【用户】：", "【助手】："),
    ("**用户：** ", "**助手：** "),
]
plain = st.text(st.characters(categories=("Ll", "Lu", "Lo", "Zs")), min_size=1, max_size=30).map(
    lambda text: "x " + " ".join(text.split())
)


@pytest.mark.parametrize("look", LOOKS)
@given(pairs=st.lists(st.tuples(plain, plain), min_size=1, max_size=5), gap=st.sampled_from(["\n", "\n\n"]))
def test_what_was_written_is_read_again(
    look: tuple[str, str], pairs: list[tuple[str, str]], gap: str
) -> None:
    asks, answers = look
    written = gap.join(f"{asks}{asked}{gap}{answers}{answered}" for asked, answered in pairs)
    wanted = [(asked.strip(), answered.strip()) for asked, answered in pairs]
    assert exchanges(transcript(written)) == wanted
    assert exchanges(transcript(f"Here is the conversation:\n\n{written}")) == wanted


def test_a_complete_last_exchange_stays_and_a_lone_question_goes() -> None:
    whole = "Human: One?\nAI: First.\nHuman: Two?\nAI: Second."
    assert exchanges(transcript(whole)) == [("One?", "First."), ("Two?", "Second.")]
    assert exchanges(transcript(f"{whole}\nHuman: Three?")) == [("One?", "First."), ("Two?", "Second.")]
    assert exchanges(transcript(f"{whole}\nHuman:")) == [("One?", "First."), ("Two?", "Second.")]


def test_a_turn_that_was_cut_off_goes_with_its_question() -> None:
    cut = "Human: One?\nAI: First.\nHuman: Two?\nAI: Sec"
    assert exchanges(transcript(cut), cut_off=True) == [("One?", "First.")]
    assert exchanges(transcript("Human: One?\nAI: First.\nHuman: Tw"), cut_off=True) == [("One?", "First.")]
    assert exchanges(transcript("Human: One?\nAI: Fir"), cut_off=True) == []


def test_neighbours_of_one_speaker_are_one_turn() -> None:
    text = "Human: One.\nHuman: And two?\nAI: First.\nAI: Second."
    assert exchanges(transcript(text)) == [("One.\n\nAnd two?", "First.\n\nSecond.")]


def test_a_greeting_before_the_first_question_is_left_out() -> None:
    text = "Assistant: Hello! How can I help?\nPerson: One?\nAssistant: First."
    assert exchanges(transcript(text)) == [("One?", "First.")]


def test_labels_inside_code_and_of_lesser_style_are_text() -> None:
    text = "**Person:** How?\n**Assistant:** So:\n```\nUser: root\n```\nUser: is the name."
    ((asked, answered),) = exchanges(transcript(text))
    assert asked == "How?"
    assert answered.endswith("User: is the name.")


def test_lines_of_a_turn_stay_lines() -> None:
    text = "Person: Two things.\nFirst?\n\nAssistant: Yes.\n\n- a\n- b"
    assert exchanges(transcript(text)) == [("Two things.\nFirst?", "Yes.\n\n- a\n- b")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Just a text.", "no_turns"),
        ("", "no_turns"),
        ("Person:\nAssistant: Yes.", "empty_turn"),
        ("Person: One?\nAssistant:\nPerson: Two?\nAssistant: Yes.", "empty_turn"),
    ],
)
def test_what_is_no_dialogue_is_refused(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        exchanges(transcript(text))
    assert caught.value.reason == code


def test_turns_out_of_order_are_refused() -> None:
    turns = [Message("user", "a"), Message("user", "b"), Message("assistant", "c"), Message("user", "d")]
    with pytest.raises(Unreadable, match="wrong_order"):
        exchanges(turns)


def test_labels_at_the_head_and_in_a_text() -> None:
    assert without_label("Assistant: Yes.\nIndeed.", "assistant") == "Yes.\nIndeed."
    assert without_label("Assistant: Yes.", "user") == "Assistant: Yes."
    assert without_label("助手：好。", "assistant") == "好。"
    assert without_label(" Users: two ", "user") == "Users: two"
    assert speaks_as("Yes.\nUser: And?", "user") == "User: And?"
    assert speaks_as("Yes.\n```\nUser: root\n```", "user") == ""
