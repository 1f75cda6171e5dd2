"""Options and the right one as published sets write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.choice_rows import options_of, right_of


def read(
    row: Mapping[str, Any], names: tuple[str, ...] = (), right: str = "", first: int = 0
) -> tuple[list[str], int]:
    options, labels = options_of(row, names, "here")
    return options, right_of(row, right, options, labels, first, "here")


@pytest.mark.parametrize(
    ("row", "options", "right"),
    [
        ({"choices": ["x", "y"], "answer": 1}, ["x", "y"], 1),
        ({"choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2"}, ["x", "y"], 1),
        ({"endings": ["x", "y"], "label": "0"}, ["x", "y"], 0),
        ({"options": '["x", "y"]', "answer": "y"}, ["x", "y"], 1),
        ({"options": ["x", "y"], "answer": "(b)"}, ["x", "y"], 1),
        ({"options": [3, 4], "answer": "4"}, ["3", "4"], 1),
    ],
)
def test_published_forms(row: dict[str, Any], options: list[str], right: int):
    assert read(row) == (options, right)


def test_a_column_for_each_option_and_numbers_from_one():
    row = {"A": "x", "B": "y", "gold": "2"}
    assert read(row, ("A", "B"), "gold", first=1) == (["x", "y"], 1)


@pytest.mark.parametrize(
    ("row", "names", "said"),
    [
        ({"question": "?"}, (), "known to hold options"),
        ({"options": ["x"]}, (), "2 to 26"),
        ({"options": "x, y"}, (), "2 to 26"),
        ({"options": ["x", "x"]}, (), "alike"),
        ({"options": ["x", " "]}, (), "empty"),
        ({"options": ["x", "y"]}, (), "which option is right"),
        ({"options": ["x", "y"], "answer": "C"}, (), "names no option"),
        ({"options": ["x", "y"], "answer": 2}, (), "names no option"),
        ({"A": "x"}, ("A", "C"), "no column 'C'"),
    ],
)
def test_bad_rows_are_refused(row: dict[str, Any], names: tuple[str, ...], said: str):
    with pytest.raises(BadInput, match=said):
        read(row, names)
