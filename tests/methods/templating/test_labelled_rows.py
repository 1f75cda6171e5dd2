from __future__ import annotations

import datetime
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.templating.labelled_rows import Mapped, Occurrences, plain, read_labelled
from tutelage.methods.templating.templates import NotRendered


def fields(
    data: dict[str, Any], *, numbers: Any = (), untyped: bool = False, **settings: Any
) -> dict[str, Any]:
    given = {"columns": {}, "separate": {}, "constants": {}, "labels": (), **settings}
    return Mapped(**given).fields(data, numbers, untyped=untyped)


def test_rows_are_told_apart_by_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,a\n2,b\n1,a\n", encoding="utf-8")
    rows = list(read_labelled(path, "set", Occurrences()))
    assert [row.place for row in rows] == ["a.csv:2", "a.csv:3", "a.csv:4"]
    assert [row.occurrence for row in rows] == [0, 0, 1]
    assert rows[0].key == rows[2].key != rows[1].key
    assert all(row.untyped for row in rows)
    other = next(read_labelled(path, "other", Occurrences()))
    assert other.key != rows[0].key


@given(st.lists(st.integers(0, 2**64 - 1), max_size=300), st.integers(0, 5))
def test_occurrences_count_as_a_counter_does(names: list[int], repeat: int) -> None:
    names = [name or 1 for name in names]
    mine, plain_count = Occurrences(), Counter[int]()
    for name in names * repeat:
        assert mine.count(name) == plain_count[name]
        plain_count[name] += 1


def test_occurrences_grow() -> None:
    seen = Occurrences()
    for twice in (0, 1):
        assert all(seen.count(name * 0x9E3779B97F4A7C15 % 2**64) == twice for name in range(1, 5000))


def test_values_that_json_cannot_hold() -> None:
    odd = {1: float("nan"), "d": datetime.date(2024, 1, 2), "b": b"ab", "n": (1, {2.5}), "t": True}
    assert plain(odd) == {"1": None, "d": "2024-01-02", "b": "YWI=", "n": [1, [2.5]], "t": True}
    json.dumps(plain(odd), allow_nan=False)


def test_columns_are_renamed_reached_into_and_gathered() -> None:
    data = {"review": "x", "answers": {"text": ["a", "b"]}, "A": "1", "B": "2", "q.r": "dotted"}
    columns = {"text": "review", "answer": "answers.text.1", "choices": ("A", "B"), "odd": "q.r"}
    found = fields(data, columns=columns)
    assert (found["text"], found["answer"], found["choices"], found["odd"]) == (
        "x",
        "b",
        ["1", "2"],
        "dotted",
    )
    absent = fields(data, columns={"x": "nothing", "y": ("A", "nothing"), "z": "answers.text.9"})
    assert {"x", "y"}.isdisjoint(absent)
    assert absent["z"] is None


def test_separated_cells_and_constants() -> None:
    found = fields({"c": "a; b;c", "n": 3}, separate={"c": ";", "n": ";"}, constants={"style": "polite"})
    assert found == {"c": ["a", "b", "c"], "n": 3, "style": "polite"}


def test_numbers_of_a_table_of_texts() -> None:
    data = {"label": " 1", "text": "1", "other": "-1", "bad": "1.0"}
    found = fields(data, numbers=("label", "other", "bad", "none"), untyped=True)
    assert found == {"label": 1, "text": "1", "other": -1, "bad": "1.0"}
    assert fields(data, numbers=("label",))["label"] == " 1"


def test_names_of_labels() -> None:
    listed = {"labels": ("Bad", "Good")}
    assert [fields({"label": each}, **listed)["label"] for each in ("good ", 1, -1, "ugly")] == [
        1,
        1,
        -1,
        "ugly",
    ]
    assert fields({"label": 0}, **listed)["labels"] == ["Bad", "Good"]


def test_labels_by_their_value_in_the_file() -> None:
    mapped = {"labels": {0: "bad", "4": "good"}}
    assert [fields({"label": each}, **mapped)["label"] for each in (0, "0", 4, "4")] == [0, 0, 1, 1]
    for value, reason in ((1, "label:out_of_range"), (-1, "label:unlabelled"), (None, "label:unlabelled")):
        with pytest.raises(NotRendered) as caught:
            fields({"label": value}, **mapped)
        assert caught.value.reason == reason
