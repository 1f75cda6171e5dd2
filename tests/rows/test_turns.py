"""Roles and contents as the formats write them; whole rows are in test_formats.py."""

from __future__ import annotations

import pytest

from tutelage.errors import BadInput
from tutelage.records import Message
from tutelage.rows.turns import read_turns, text_field, with_images


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("system", "system"),
        ("developer", "system"),
        ("user", "user"),
        ("human", "user"),
        ("assistant", "assistant"),
        ("gpt", "assistant"),
        ("model", "assistant"),
    ],
)
def test_roles_of_both_spellings(name: str, role: str) -> None:
    (one,) = read_turns([{"role": name, "content": "x"}], "messages", "f:1")
    (other,) = read_turns([{"from": name, "value": "x"}], "conversations", "f:1")
    assert one == other
    assert one.role == role


def test_parquet_leaves_nulls_beside_what_is_said() -> None:
    turn = {"role": None, "content": None, "from": "human", "value": "x", "images": None}
    assert read_turns([turn], "conversations", "f:1") == (Message("user", "x"),)


def test_images_are_dealt_out_in_order() -> None:
    turns = (Message("user", "<image> and <image>"), Message("assistant", "and <image>"))
    dealt = with_images(turns, {"images": ["a", "b", "c"]}, "f:1")
    assert [turn.images for turn in dealt] == [("a", "b"), ("c",)]
    with pytest.raises(BadInput, match="a list of paths"):
        with_images(turns, {"images": [{"bytes": "x"}]}, "f:1")


def test_images_of_a_turn_must_be_a_list_of_names() -> None:
    with pytest.raises(BadInput, match=r"messages\[0\].images"):
        read_turns([{"role": "user", "content": "x", "images": [1]}], "messages", "f:1")
    with pytest.raises(BadInput, match=r"messages\[0\].images"):
        read_turns([{"role": "user", "content": "x", "images": 7}], "messages", "f:1")


def test_a_long_wrong_value_is_shortened() -> None:
    with pytest.raises(BadInput) as caught:
        text_field({"output": list(range(1000))}, "output", "f:1")
    assert len(caught.value.what) < 160
