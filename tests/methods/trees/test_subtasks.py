"""Names of sub-tasks in replies of every manner."""

from __future__ import annotations

import pytest

from tutelage.methods.trees.subtasks import Proposal, checked, proposals
from tutelage.replies import Unreadable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- Haiku: a strict form\n- Limericks: comic, and short",
            [("Haiku", "a strict form"), ("Limericks", "comic, and short")],
        ),
        (
            "Sure, here you are:\n1. **Haiku**: strict\n2. **Odes:** praise",
            [("Haiku", "strict"), ("Odes", "praise")],
        ),
        ("Haiku: a strict, short form", [("Haiku", "a strict, short form")]),
        ("Haiku\nOdes", [("Haiku", ""), ("Odes", "")]),
        ("- Haiku – strict\n- Odes - praise", [("Haiku", "strict"), ("Odes", "praise")]),
        ("- Well-made verse: ok", [("Well-made verse", "ok")]),
        ("1. Name: Haiku: strict\n2. Sub-task 2: Odes", [("Haiku", "strict"), ("Odes", "")]),
        ("1. 俳句：短诗。\n2. “颂歌”：赞美", [("俳句", "短诗"), ("颂歌", "赞美")]),
        ('```json\n[{"name": "Haiku", "reason": "strict"}]\n```', [("Haiku", "strict")]),
        ('{"tasks": [{"name": "Haiku"}]}', [("Haiku", "")]),
        ('["Haiku", "Odes"]', [("Haiku", ""), ("Odes", "")]),
    ],
)
def test_replies_are_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.name, each.reason) for each in proposals(text)] == expected


def test_nothing_is_no_list() -> None:
    with pytest.raises(Unreadable):
        proposals(" \n")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "parse:no_name"),
        ("123", "parse:no_name"),
        ("I'm sorry", "parse:no_name"),
        ("Here are five tasks", "parse:no_name"),
        ("好的", "parse:no_name"),
        ("Task 3", "parse:echo"),
        ("子任务2", "parse:echo"),
        ("a name of two to six words", "parse:echo"),
        ("名称再写冒号再用一句短话", "parse:echo"),
        ("{{ name }}", "parse:echo"),
        ("word " * 13, "parse:long_name"),
        ("x" * 91, "parse:long_name"),
    ],
)
def test_what_is_no_name_is_refused(name: str, code: str) -> None:
    prompt = "Write one a line: a name of two to six words, a colon. 先写名称再写冒号再用一句短话说明"
    refused = checked(Proposal(name, "", name), prompt)
    assert refused
    assert refused.code == code


def test_good_names_pass() -> None:
    for name in ("Rhymes", "Ode to a season", "写道歉信", "C++ templates"):
        assert checked(Proposal(name, "", name), "Write one a line. Task: Rhymes for children") is None
