from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.constraints import Constraint
from tutelage.constraints.layout import paragraphs


def exactly(kind: str, count: int) -> Constraint:
    return Constraint(kind, {"relation": "exactly", "count": count})


@given(number=st.integers(0, 9), wanted=st.integers(0, 9), mark=st.sampled_from("-*•"))
def test_bullets_are_counted(number: int, wanted: int, mark: str) -> None:
    answer = "Points:\n" + "\n".join(f"{mark} 要点 point" for _ in range(number))
    assert exactly("format_bullets", wanted).check(answer).ok == (number == wanted)


@given(number=st.integers(0, 9), wanted=st.integers(0, 9), mark=st.sampled_from([". ", ") ", "、", "．"]))
def test_numbered_points_are_counted(number: int, wanted: int, mark: str) -> None:
    answer = "Points:\n" + "\n".join(f"{each}{mark}a point" for each in range(1, number + 1))
    assert exactly("format_numbered", wanted).check(answer).ok == (number == wanted)


def test_numbers_that_do_not_count_up_are_no_list() -> None:
    finding = exactly("format_numbered", 3).check("1. a\n3. b\n2. c")
    assert not finding.ok
    assert "[1, 3, 2]" in finding.detail


def test_rules_emphasis_and_decimals_are_no_points() -> None:
    assert exactly("format_bullets", 0).check("---\n**bold** text\n-5 degrees").ok
    assert exactly("format_numbered", 0).check("1.5 metres\n2024 was dry").ok


@given(number=st.integers(0, 6))
def test_paragraphs_stand_between_empty_lines(number: int) -> None:
    text = "\n \n".join(["One line\nand another."] * number)
    assert paragraphs(text) == paragraphs(f"\n\n{text}\n\n") == number
    assert exactly("format_paragraphs", number).check(text).ok
    assert not exactly("format_paragraphs", number + 1).check(text).ok


@pytest.mark.parametrize(
    ("answer", "ok"),
    [
        ("# Tea\n\nIt is hot.", True),
        ("## 茶\n很热。", True),
        ("# Tea", False),
        ("Tea\n\nIt is hot.", False),
        ("#tag\nIt is hot.", False),
        ("It is hot.\n# Tea", False),
        ("", False),
    ],
)
def test_a_title_is_a_heading_with_text_below(answer: str, ok: bool) -> None:
    assert Constraint("format_title").check(answer).ok is ok


@given(text=st.text(max_size=60))
def test_lower_case_and_commas(text: str) -> None:
    assert Constraint("format_lower_case").check(text).ok == (text == "".join(each.lower() for each in text))
    assert Constraint("format_no_commas").check(text).ok == ("," not in text and "，" not in text)
    assert not Constraint("format_lower_case").check(f"{text}A").ok
    assert not Constraint("format_no_commas").check(f"{text}，").ok


@pytest.mark.parametrize(
    ("kind", "answer", "number"),
    [
        ("format_highlights", "*one* and **two**, 3 * 4 * 5", 2),
        ("format_highlights", "* a point\n* another point", 0),
        ("format_highlights", "**用水**煮 *茶*", 2),
        ("format_placeholders", "Dear [name], meet me at [place].", 2),
        ("format_placeholders", "[a link](http://x) and [ ] done", 0),
    ],
)
def test_highlights_and_placeholders_are_counted(kind: str, answer: str, number: int) -> None:
    assert exactly(kind, number).check(answer).ok
    assert not exactly(kind, number + 1).check(answer).ok


@pytest.mark.parametrize(
    ("answer", "ok"),
    [('"All."', True), ("“都在这里。”", True), ("「茶」", True), ('"', False), ('"Half', False)],
)
def test_quotation_marks_stand_around_all_of_it(answer: str, ok: bool) -> None:
    assert Constraint("format_quoted").check(answer).ok is ok


def test_capitals_only() -> None:
    assert Constraint("format_upper_case").check("TEA, 茶 2!").ok
    assert not Constraint("format_upper_case").check("TEA, Tea").ok
