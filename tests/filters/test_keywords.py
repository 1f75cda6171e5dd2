"""Banned and required words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.filters.keywords import Keywords
from tutelage.records import Example


def reason(text: str, **settings: Any) -> str:
    example = Example.single_turn(text, "out put", id="x", input="in put")
    return Keywords(**settings).start().judge(example).reason


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("A cat sat.", "cat", True),
        ("A CAT!", "Cat", True),
        ("concatenate", "cat", False),
        ("cats", "cat", False),
        ("my black  cat", "black cat", True),
        ("Café au lait", "café", True),
        ("C++ is old", "c++", True),
        ("使用python编程", "python", True),
        ("我喜欢编程语言", "编程", True),
        ("ＰＹＴＨＯＮ", "python", True),
        ("a.b", "a?b", False),
    ],
)
def test_words_stand_alone_where_their_script_has_spaces(text: str, word: str, found: bool) -> None:
    assert reason(text, banned=(word,)) == ("banned" if found else "")
    assert reason(text, required=(word,)) == ("" if found else "missing")


def test_without_words_everything_is_kept() -> None:
    assert reason("anything") == ""


def test_required_words_any_or_all() -> None:
    assert reason("a b", required=("a", "z")) == ""
    assert reason("a b", required=("a", "z"), require="all") == "missing"
    assert reason("a z", required=("a", "z"), require="all") == ""
    verdict = Keywords(required=("q", "z")).start().judge(Example.single_turn("a", "b", id="x"))
    assert verdict.detail == "wanted one of: q, z"


def test_parts_limit_the_search() -> None:
    assert reason("x", banned=("out",)) == "banned"
    assert reason("x", banned=("out",), parts=("instruction", "input")) == ""
    assert reason("x", banned=("in",), parts=("output",)) == ""


def test_words_come_from_files(tmp_path: Path) -> None:
    listed = tmp_path / "words.txt"
    listed.write_text("\ufeff# remark\ncat\n\n狗\n", encoding="utf-8")
    assert reason("a cat", banned_file=str(listed)) == "banned"
    assert reason("小狗", banned_file=str(listed), banned=("x",)) == "banned"
    assert reason("remark", banned_file=str(listed)) == ""
    assert reason("a cat", required_file=str(listed)) == ""


@pytest.mark.parametrize(
    ("content", "what"),
    [(None, "cannot be read"), (b"caf\xe9", "0xe9 at offset 3"), (b"# none\n", "holds no word")],
)
def test_bad_word_lists_are_refused_when_the_filter_is_made(
    tmp_path: Path, content: bytes | None, what: str
) -> None:
    path = tmp_path / "words.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=what) as caught:
        Keywords(banned_file=str(path))
    assert "words.txt" in caught.value.what
