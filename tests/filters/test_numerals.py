"""Numbers in every notation are one token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.filters.numerals import number_tokens
from tutelage.text import unicode_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("12 twelve 十二 １２", ["12"] * 4),
        ("Twenty-one cats", ["21", "cats"]),
        ("12,000 people", ["12000", "people"]),
        ("three hundred and five", ["305"]),
        ("two million five hundred thousand and one", ["2500001"]),
        ("nineteen ninety-eight", ["1998"]),
        ("5 hundred, 3万", ["500", "30000"]),
        ("the first", ["the", "1st"]),
        ("一亿两千万", ["120000000"]),
        ("一万亿", ["1000000000000"]),
        ("三千零五", ["3005"]),
        ("一九九八年", ["1998", "年"]),
        ("zero", ["0"]),
    ],
)
def test_one_notation(text: str, tokens: list[str]) -> None:
    assert number_tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("one two three", ["1", "2", "3"]),
        ("twenty > eighteen", ["20", "18"]),
        ("zero, one", ["0", "1"]),
        ("(三, 三)", ["3", "3"]),
        ("九-十", ["9", "10"]),
        ("万一", ["万", "1"]),
        ("hundred and me", ["100", "and", "me"]),
        ("12, 13", ["12", "13"]),
    ],
)
def test_what_is_not_one_number_stays_apart(text: str, tokens: list[str]) -> None:
    assert number_tokens(text) == tokens


@given(st.integers(1, 9_999))
def test_every_number_reads_the_same_in_digits_and_in_han(value: int) -> None:
    digits = "零一二三四五六七八九"
    text, gap = "", False
    for unit, sign in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += ("零" if gap else "") + digits[digit] + sign
        gap = bool(text) and not digit
    assert number_tokens(text) == number_tokens(str(value)) == [str(value)]


@given(st.text())
def test_any_text_is_read_and_reading_again_changes_nothing(text: str) -> None:
    tokens = number_tokens(text)
    assert bool(tokens) == bool(unicode_tokens(text))
    assert all(tokens)


def test_a_long_run_of_numerals_takes_no_square_of_its_length() -> None:
    assert len(number_tokens("十" * 20_000)) > 100
    assert len(number_tokens("9" * 5_000)[0]) == 5_000  # more digits than int() reads
