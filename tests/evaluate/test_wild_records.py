"""WildBench's result files: scores, comparisons, the compact form, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Evidence
from tutelage.evaluate.wild_records import read_results, write_results


def read(folder: Path, document: Any, place: str = "eval=gpt-4o/me.json") -> Evidence:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), "utf-8")
    return read_results([path], {}, "")


def pair(first: str, second: str, winner: str | None, extent: Any, name: str = "s") -> dict[str, Any]:
    return {
        "session_id": name,
        "model_A": first,
        "model_B": second,
        "winner": winner,
        "extent": extent,
        "model_outputs": {first: "abc", second: "de"},
        "parsed_result": {"choice": "A+"},
    }


def test_published_scores_with_the_judge_from_the_path(tmp_path: Path) -> None:
    rows = [
        {
            "session_id": "a",
            "model_test": "me",
            "score": "7",
            "model_output": " hi ",
            "parsed_result": {"score": "7"},
        }
    ]
    (found,) = read(tmp_path, rows).judgements
    assert (found.question, found.model, found.value, found.judge) == ("a", "me", 7.0, "gpt-4o")
    assert found.facts["len_model"] == 2
    assert found.raw == '{"score":"7"}'


def test_the_compact_form(tmp_path: Path) -> None:
    evidence = read(tmp_path, {"me": [{"session_id": "a", "score": "3", "output_chars": 9}]}, "x.json")
    (found,) = evidence.judgements
    assert (found.model, found.value, found.facts) == ("me", 3.0, {"len_model": 9.0})
    assert list(evidence.questions) == ["a"]


def test_outcomes_are_seen_from_the_model(tmp_path: Path) -> None:
    rows = [
        pair("me", "gpt", "me", 2, "1"),
        pair("gpt", "me", "gpt", 1, "2"),
        pair("me", "gpt", "tie", 0, "3"),
        pair("gpt", "me", "me", 1, "4"),
        pair("me", "gpt", None, None, "5"),
    ]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(rows), "utf-8")
    found = read_results([path], {}, "gpt")
    assert [(each.value, each.swapped) for each in found.judgements] == [
        (1.0, True),
        (0.25, False),
        (0.5, True),
        (0.75, False),
        (None, True),
    ]
    assert [each.model for each in found.judgements] == ["me"] * 5


def test_lengths_belong_to_their_model_whoever_is_called_a(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([pair("gpt", "me", "tie", 0)]), "utf-8")
    (found,) = read_results([path], {}, "gpt").judgements
    assert (found.facts["len_model"], found.facts["len_baseline"]) == (2, 3)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([pair("gpt", "me", "me", 1), pair("me", "gpt", "me", 2)]), "utf-8")
    before = read_results([path], {}, "gpt")
    (written,) = write_results(before, tmp_path)
    after = read_results([written], {}, "gpt")
    assert [(e.value, e.swapped) for e in after.judgements] == [
        (e.value, e.swapped) for e in before.judgements
    ]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([pair("a", "b", "c", 1)], "is no outcome"),
        ([pair("a", "b", "a", 3)], "is no outcome"),
        ([{"session_id": "a", "model_test": "m", "score": 0}], "from 1 to 10"),
        ([{"session_id": "a", "score": 5}], "'model_test'"),
        ({"me": 7}, "neither a list of results"),
        ([pair("a", "b", "tie", 0), {"session_id": "a", "model_test": "m", "score": 5}], "stand together"),
    ],
)
def test_what_is_not_of_the_format_is_refused(tmp_path: Path, document: Any, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read(tmp_path, document)
