"""JSON, numbers and choices in the midst of prose."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.replies import Unreadable, choice, json_in, number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Sure: {"a": 1} done', {"a": 1}),
        ('```json\n{"a": [1, 2,],}\n```', {"a": [1, 2]}),
        ('{"a": "a } in a string, ]"}', {"a": "a } in a string, ]"}),
        ('{not json} but {"a": "b\\"c"}', {"a": 'b"c'}),
        ('{"a": "two\nlines"}', {"a": "two\nlines"}),
        ('[{"a": 1}]', [{"a": 1}]),
        ('{"a": ",}"}', {"a": ",}"}),
    ],
)
def test_json_in(text: str, expected: object) -> None:
    assert json_in(text) == expected


def test_brackets_alone_are_refused_quickly() -> None:
    with pytest.raises(Unreadable, match="no_json"):
        json_in("[" * 20_000)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4), st.booleans())
def test_json_with_prose_around_comes_back(value: dict[str, object], pretty: bool) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2 if pretty else None)
    assert json_in(f"Here it is:\n```json\n{text}\n```\nGood luck!") == value


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("8", None, None, 8),
        ("I give it 7.5 out of 10.", 0, 10, 7.5),
        ("Of 100 points: 85", 0, 99, 85),
        ("1,250 words", None, None, 1250),
        ("gpt4 gets -3", None, None, -3),
        ("评分：９", None, None, 9),
        ("8/10", 0, 10, 8),
    ],
)
def test_number(text: str, low: float | None, high: float | None, expected: float) -> None:
    assert number(text, low, high) == expected


def test_no_number_in_the_bounds() -> None:
    with pytest.raises(Unreadable, match="between 1 and 5"):
        number("9 of 10", 1, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes, I think so. No doubt.", "yes"),
        ("I know: no", "no"),
        ("Verdict: A+B, not A", "A+B"),
        ("我选乙", "乙"),
    ],
)
def test_choice(text: str, expected: str) -> None:
    assert choice(text, ["yes", "no", "A", "A+B", "甲", "乙"]) == expected
