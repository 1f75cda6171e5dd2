"""Thinking and answer, told apart in every form that models write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.teachers.reasoning import share, split

PLAIN = st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "thinking", "answer"),
    [
        ("<think>hm</think>\n\nEight.", "hm", "Eight."),
        ("\n<think>\n</think>\nEight.", "", "Eight."),
        ("<think>never ends", "never ends", ""),
        ("hm</think>Eight.", "hm", "Eight."),
        ("<think>a</think><think>b</think>c", "a\n\nb", "c"),
        ("<thought>想</thought>八。", "想", "八。"),
        ("Write <think> and </think> around it.", "", "Write <think> and </think> around it."),
        ("<think>a</think>Close it with </think>.", "a", "Close it with </think>."),
        ("  untouched  ", "", "  untouched  "),
    ],
)
def test_forms(text, thinking, answer):
    assert split(text) == (thinking, answer)


@given(PLAIN, PLAIN)
def test_a_block_is_taken_out_and_the_rest_kept(thought, answer):
    assert split(f"<think>{thought}</think>{answer}") == (thought.strip(), answer.lstrip())


@given(PLAIN)
def test_text_without_tags_is_unchanged(text):
    assert split(text) == ("", text)


@given(st.text(), st.text(), st.integers(0, 10**6))
def test_the_share_lies_within_the_whole(thinking, text, completion):
    assert 0 <= share(thinking, text, completion) <= completion
