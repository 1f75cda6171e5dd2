"""Which words tell something, and how much text they are."""

from __future__ import annotations

from tutelage.filters.plain_words import size, telling


def test_plain_words_and_numbers_tell_nothing() -> None:
    assert telling(["write", "12", "haiku", "请", "诗", "the"]) == ["haiku", "诗"]


def test_a_character_of_a_script_without_spaces_is_half_a_word() -> None:
    assert size(["haiku", "诗", "か", "ไ", "слово", "한국"]) == 4.5
