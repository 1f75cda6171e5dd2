"""The user's own lists, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.filters.safety import Safety
from tutelage.recipe import kinds
from tutelage.records import Example, Verdict, assistant, system, user


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "terms.txt"
    path.write_text("# mine\nnerve agent\n手枪\nre:\\bkey\\s*[:=]\\s*\\w{8,}\n", "utf-8")
    return str(path)


def judged(question: str, answer: str, listed: str, **settings: Any) -> Verdict:
    example = Example.single_turn(question, answer, id="x")
    return Safety(list_files=(listed,), **settings).start().judge(example)


@pytest.mark.parametrize(
    ("question", "answer", "detail"),
    [
        ("What is a Nerve  Agent?", "No.", "question: 'nerve agent' of the list terms.txt"),
        ("What?", "A ＮＥＲＶＥ agent.", "answer: 'nerve agent' of the list terms.txt"),
        ("哪里买手枪", "不行。", "question: '手枪' of the list terms.txt"),
        ("Mine?", "KEY = abcdefgh1", "'key = abcdefgh1' of the list terms.txt"),
    ],
)
def test_an_entry_is_found_and_named(question: str, answer: str, detail: str, listed: str) -> None:
    found = judged(question, answer, listed)
    assert (found.keep, found.reason) == (False, "listed")
    assert found.detail.endswith(detail)


def test_parts_of_words_are_no_entries(listed: str) -> None:
    assert judged("nerve agents", "unnerve agent", listed) == Verdict(True)


def test_parts_limit_the_search(listed: str) -> None:
    assert judged("a nerve agent?", "No.", listed, parts=("answer",)).keep
    assert not judged("a nerve agent?", "No.", listed, parts=("question",)).keep


def test_every_turn_is_read(listed: str) -> None:
    gate = Safety(list_files=(listed,)).start()
    for turns in (
        (user("手枪"), assistant("a"), user("b"), assistant("c")),
        (user("a"), assistant("手枪"), user("b"), assistant("c")),
        (system("手枪"), user("a"), assistant("b")),
    ):
        assert not gate.judge(Example("x", turns, "…")).keep


def test_several_lists_and_a_missing_one(listed: str, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("banana\n", "utf-8")
    both = Safety(list_files=(listed, str(other)))
    assert "other.txt" in both.start().judge(Example.single_turn("a banana", "b", id="x")).detail
    with pytest.raises(BadInput, match="cannot be read"):
        Safety(list_files=(str(tmp_path / "none.txt"),))


def test_without_a_list_it_does_not_start() -> None:
    with pytest.raises(BadInput, match="list_files"):
        kinds.build("filters", "safety", {}, "here")
    with pytest.raises(BadInput, match="list_files"):
        kinds.build("filters", "safety", {"list_files": []}, "here")


def test_equal_settings_are_equal(listed: str) -> None:
    assert Safety(list_files=(listed,)) == Safety(list_files=(listed,))
