"""Counts of an execution on top of those of the run."""

from __future__ import annotations

from tutelage.records import Usage
from tutelage.runs.tally import Tally
from tutelage.store.calls import TOTALS


def test_the_run_is_what_was_before_and_what_is_now():
    before = dict.fromkeys(TOTALS, 0.0) | {"prompt_tokens": 100.0, "cost": 1.5, "sent": 7.0}
    tally = Tally(before)
    tally.sent += 2
    tally.answer(Usage(10, 5, 3), 0.25)
    assert (tally.tokens, tally.usage) == (15, Usage(10, 5, 3))
    assert (tally.run_cost, tally.run_usage) == (1.75, Usage(110, 5, 3))
    assert tally.totals() == before | {
        "sent": 9.0,
        "prompt_tokens": 110.0,
        "completion_tokens": 5.0,
        "thinking_tokens": 3.0,
        "cost": 1.75,
    }


def test_everything_that_the_store_keeps_is_counted():
    assert set(Tally(dict.fromkeys(TOTALS, 0.0)).totals()) == set(TOTALS)
