"""Lists of words from files, and what finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.filters import word_lists
from tutelage.filters.word_lists import Entries, any_of, read_list, unique
from tutelage.text import normalise


def test_remarks_and_empty_lines_are_no_entries(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes("\ufeff# a remark\n\n  Black  Cat \n枪\n#x\n".encode())
    assert read_list(str(file), "k") == ["Black  Cat", "枪"]
    assert unique(["Black  Cat", "black cat", "ＢＬＡＣＫ cat", "\u200b"]) == ("black cat",)


@pytest.mark.parametrize(("content", "word"), [(b"# only\n", "holds no word"), (b"a\xff\n", "not UTF-8")])
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=word):
        read_list(str(file), "k")
    with pytest.raises(BadInput, match="cannot be read"):
        read_list(str(tmp_path / "none"), "k")


def test_the_longest_word_is_the_one_named() -> None:
    found = any_of(["cat", "cat food"]).search("some cat food")
    assert found is not None
    assert found.group() == "cat food"


def found(text: str, *listed: str) -> tuple[str, str] | None:
    return Entries(listed, "list").find(normalise(text))


def test_words_and_expressions() -> None:
    assert found("My CAT sat", "cat") == ("cat", "cat")
    assert found("concatenate", "cat") is None
    assert found("concatenate", "re:cat") == ("re:cat", "cat")
    assert found("Call 555-1234 now", r"re: \d{3}-\d{4}") == (r"re: \d{3}-\d{4}", "555-1234")
    assert found("ＡＢＣ１", r"re:[A-C]+\d") == (r"re:[A-C]+\d", "abc1")
    assert found("anything", "re:x*") is None  # an expression that matches nothing has found nothing
    assert found("这里有手枪卖", "手枪") == ("手枪", "手枪")


def test_expressions_that_are_none_and_that_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="not a regular expression") as caught:
        Entries(["re:(a"], "the list")
    assert caught.value.where == "the list: re:(a"
    monkeypatch.setattr(word_lists, "PATIENCE", 0.05)
    with pytest.raises(BadInput, match="takes longer"):
        found("a" * 60 + "cb", "re:^(?:a|aa|a?a)+b")
