"""JSON that a person has edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.methods.trees.tree_json import parse_json, read_json


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("\ufeff \n", "the file is empty"),
        ('{"a": 1,\n "b" 2}', "x.json, line 2, column 6"),
        ('{"name": "n", "a": 1, "a": 2}', "the field 'a' of 'n' stands there twice"),
        ('{"a": [{"b": 1, "b": 1}]}', "the field 'b' stands there twice"),
        ("[" * 100_000, "nested too deeply"),
        ('"\\ud83d"', "half a surrogate pair"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_json(text, "x.json")
    assert told in str(caught.value)
    assert caught.value.where.startswith("x.json")


def test_whole_pairs_and_byte_order_marks_are_fine(tmp_path: Path) -> None:
    assert parse_json('\ufeff"\\ud83d\\ude00"', "x") == "😀"
    (tmp_path / "a.json").write_text('{"a": "诗"}', encoding="utf-8-sig")
    assert read_json(tmp_path / "a.json") == {"a": "诗"}
