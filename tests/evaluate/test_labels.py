"""People's verdicts read from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.labels import labelled_pairs, read_labels

PAIR = {"question": "Why?", "answer_1": "Because.", "answer_2": "No."}


def labels(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "labels.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"preferred": "first"}, 1.0),
        ({"preferred": 2}, 0.0),
        ({"winner": "TIE"}, 0.5),
        ({"preference": "b"}, 0.0),
        ({"value": 0.25}, 0.25),
        ({"preferred": "一样"}, 0.5),
    ],
)
def test_a_verdict_in_any_of_its_forms(said: dict[str, Any], value: float, tmp_path: Path) -> None:
    (label,) = read_labels(labels(tmp_path, PAIR | said))
    assert label.for_first() == value


def test_several_people_are_averaged(tmp_path: Path) -> None:
    rows = [PAIR | {"preferred": each} for each in ("first", "first", "tie", "second")]
    found = labelled_pairs(read_labels(labels(tmp_path, *rows)))
    (pair,) = found.questions
    assert found.human == {pair.id: 0.625}
    assert (found.first[pair.id].text, found.second[pair.id].text) == ("Because.", "No.")
    assert "averaged" in found.notes[0]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"preferred": "first"}, "which question"),
        ({"question": "Why?"}, "no verdict"),
        (PAIR | {"value": 2}, "from 0 to 1"),
        ({"question": "Why?", "preferred": "first"}, "no two answers"),
        (PAIR | {"preferred": "frist"}, "none of the two"),
    ],
)
def test_a_label_that_cannot_be_used_is_refused(row: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=told):
        labelled_pairs(read_labels(labels(tmp_path, row)))
