"""Counts for the card."""

from __future__ import annotations

from collections import Counter

from tutelage.export.tally import Tally, ranked
from tutelage.records import Example, Rejection, assistant, user


def test_examples_and_rejections_are_counted():
    tally = Tally()
    turns = (user("q"), assistant("a"), user("q2"), assistant("\ud800"))
    tally.add(Example("1", turns, "q2", cell={"task": "x"}, method="m", teacher="t", licence="mit"))
    tally.add(Example.single_turn("q", "a", id="2", cell={"task": "x", "level": "1"}))
    tally.reject(Rejection("shape:empty", ""))
    assert (tally.examples, tally.multi_turn, tally.repaired) == (2, 1, 1)
    assert tally.cells == {"task": Counter(x=2), "level": Counter({"1": 1})}
    assert tally.licences == Counter(mit=1, unknown=1)
    assert tally.rejected == Counter({"shape:empty": 1})


def test_ranked_is_by_count_and_then_by_name():
    assert ranked(Counter(b=1, a=1, c=2)) == [("c", 2), ("a", 1), ("b", 1)]
