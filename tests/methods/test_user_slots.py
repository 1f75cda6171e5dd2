"""The raw text around a user's slot."""

from __future__ import annotations

import pytest

from tutelage.methods.user_slots import SLOTS


def test_chatml_leaves_the_slot_open() -> None:
    slot = SLOTS["chatml"]
    assert slot.before_user("", []) == "<|im_start|>user\n"
    assert slot.before_user("Be kind.", []) == ("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n")
    assert slot.before_user("", [("Q", "A")]) == (
        "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\n"
    )


def test_a_family_without_system_role_has_it_in_the_first_turn_only() -> None:
    slot = SLOTS["mistral"]
    assert slot.before_user("Be kind.", []) == "[INST] Be kind.\n\n"
    assert slot.before_user("Be kind.", [("Q", "A")]) == "[INST] Be kind.\n\nQ [/INST] A</s>[INST] "


def test_qwen_has_a_system_text_of_its_own() -> None:
    assert "You are a helpful assistant." in SLOTS["qwen"].before_user("", [])
    assert "You are a helpful" not in SLOTS["qwen"].before_user("Be kind.", [])


@pytest.mark.parametrize("name", SLOTS)
def test_every_family_goes_on_from_what_was_said(name: str) -> None:
    slot = SLOTS[name]
    said = [("First?", "One."), ("Second?", "Two.")]
    text = slot.before_user("System {braces}.", said)
    assert text.count("System {braces}.") == 1
    assert [text.index(each) for pair in said for each in pair] == sorted(
        text.index(each) for pair in said for each in pair
    )
    assert text.endswith(slot.user)
    answering = slot.before_answer("System {braces}.", said, "Third?")
    assert answering == f"{text}Third?{slot.assistant}"
    opening = [mark for mark in slot.stop if mark in slot.assistant or mark in f"\n{slot.assistant.strip()}"]
    assert opening, "the mark after a user's turn ends it"
