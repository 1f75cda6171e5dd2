"""Turns that end a talk, and look-alikes that do not."""

from __future__ import annotations

import pytest

from tutelage.methods.dialogues.farewell import STOP, has_finished

FINISHED = [
    STOP,
    "END.",
    "**[end]**",
    "【结束】",
    "Thanks a lot! [END]",
    "Thank you so much, that was very helpful. Goodbye!",
    "Thanks, I'll try that this weekend.",
    "Great, thank you! Have a nice day.",
    "That’s all I needed, thanks. Bye!",
    "Okay, got it. Thank you for explaining the tides to me.",
    "谢谢！",
    "好的，非常感谢，我明白了。再见！",
    "太好了，谢谢你的帮助！",
]
GOES_ON = [
    "Thanks! And in winter?",
    "Thanks, now write it in Python.",
    "Thank you. Please give me an example.",
    "How do I say goodbye in Dutch?",
    "That was helpful.",
    "At the end, what happens to the yeast?",
    "The end of the story is sad.",
    "Write a thank-you letter.",
    "谢谢，那冬天呢？",
    "谢谢。再给我举一个例子。",
    "结束语怎么写",
    "",
    "...",
]


@pytest.mark.parametrize("text", FINISHED)
def test_the_mark_and_thanks_end_a_talk(text: str) -> None:
    assert has_finished(text)


@pytest.mark.parametrize("text", GOES_ON)
def test_whoever_still_wants_something_goes_on(text: str) -> None:
    assert not has_finished(text)
