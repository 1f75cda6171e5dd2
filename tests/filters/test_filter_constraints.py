"""Constraints that came with a question are measured again on its answer."""

from __future__ import annotations

from typing import Any

import pytest

from tutelage.filters.constraints import Constraints
from tutelage.filters.filter import Chain
from tutelage.records import Example, Verdict

SHORT = {"kind": "length_words", "parameters": {"relation": "at_most", "count": 3}}
LONG = {"kind": "length_words", "parameters": {"relation": "at_least", "count": 9}}
JSON = {"kind": "json", "parameters": {}}


def judged(output: str, constraints: Any, **settings: Any) -> Verdict:
    lineage = {} if constraints is None else {"constraints": constraints}
    example = Example.single_turn("Say it.", output, id="x", lineage=lineage)
    return Constraints(**settings).start().judge(example)


def test_what_is_met_is_kept_and_what_is_missed_names_its_kind() -> None:
    assert judged("one two three", [SHORT]) == Verdict(True)
    missed = judged("one two three four", [SHORT])
    assert (missed.keep, missed.reason, missed.score) == (False, "length_words", 0.0)
    assert missed.detail == "length_words: 4 words, wanted at most 3"
    example = Example.single_turn("Say it.", "a b c d", id="x", lineage={"constraints": [SHORT]})
    assert Chain([Constraints()]).decide(example).rejection().reason == "constraints:length_words"


def test_all_that_are_missed_are_told_and_the_score_is_the_share_that_is_met() -> None:
    both = judged("one two three four", [LONG, SHORT])
    assert (both.reason, both.score) == ("length_words", 0.0)
    assert "wanted at least 9" in both.detail
    assert "wanted at most 3" in both.detail
    assert judged("one two three", [SHORT, LONG]).score == 0.5


@pytest.mark.parametrize("none", [None, [], ()])
def test_examples_without_any_are_kept_unless_they_are_required(none: Any) -> None:
    assert judged("an answer", none).keep
    found = judged("an answer", none, required=True)
    assert (found.keep, found.reason) == (False, "none")


@pytest.mark.parametrize(
    ("carried", "reason", "word"),
    [
        ([{"kind": "length_word", "parameters": {}}], "unknown_kind", "did you mean 'length_words'"),
        ([{"kind": "rhyme"}], "unknown_kind", "'rhyme'"),
        ([{"kind": 7}], "unreadable", "7"),
        (["length"], "unreadable", "'length'"),
        ("length", "unreadable", "'length'"),
        ({"kind": "json"}, "unreadable", "a list of constraints"),
        ([SHORT | {"parameters": {"relation": "about", "count": 3}}], "unreadable", "length_words"),
        ([SHORT | {"parameters": None}], "unreadable", "None"),
        ([SHORT | {"parameters": [1]}], "unreadable", "[1]"),
    ],
)
def test_what_cannot_be_checked_is_refused_by_name(carried: Any, reason: str, word: str) -> None:
    found = judged("x", carried)
    assert (found.keep, found.reason) == (False, reason)
    assert word in found.detail


def test_an_unknown_kind_is_refused_whatever_the_others_say() -> None:
    assert judged("one", [SHORT, {"kind": "rhyme"}]).reason == "unknown_kind"
