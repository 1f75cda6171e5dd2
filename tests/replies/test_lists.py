"""Lists in whatever form they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.replies import Unreadable, bullets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Here you are:\n- one\n- two\n\nEnjoy!", ["one", "two"]),
        ("1. one\n2) two\n(3) three", ["one", "two", "three"]),
        ("1、沟通\n2、写作\n（3）倾听", ["沟通", "写作", "倾听"]),
        ("一、沟通\n二、写作", ["沟通", "写作"]),
        ("• one\n• two", ["one", "two"]),
        ("one\ntwo\nthree", ["one", "two", "three"]),
        ("one, two, three", ["one", "two", "three"]),
        ("Skills: one, two and more, three.", ["one", "two and more", "three"]),
        ("技能：沟通、写作、倾听。", ["沟通", "写作", "倾听"]),
        ('["one", "two"]', ["one", "two"]),
        ('```json\n{"skills": ["one", "two"]}\n```', ["one", "two"]),
        ('1. "one"\n2. **two**', ["one", "two"]),
        ("1. 3d modeling\n2. 2d art", ["3d modeling", "2d art"]),
        ("3d modeling\n2d art", ["3d modeling", "2d art"]),
        ("1.one\n2.two", ["one", "two"]),
    ],
)
def test_bullets(text: str, expected: list[str]) -> None:
    assert bullets(text) == expected


def test_an_empty_reply_is_no_list() -> None:
    with pytest.raises(Unreadable, match="no_list"):
        bullets(" \n\n")


NAMES = st.text(st.characters(categories=("Ll", "Lo")), min_size=1, max_size=10)


@given(
    st.lists(NAMES, min_size=2, max_size=8),
    st.sampled_from(["- {}", "* {}", "{n}. {}", "{n}) {}", "（{n}）{}"]),
)
def test_marked_lists_come_back(names: list[str], mark: str) -> None:
    text = "\n".join(mark.format(name, n=number) for number, name in enumerate(names, start=1))
    assert bullets(f"Here:\n{text}") == names
