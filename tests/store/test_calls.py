"""Calls, failures, totals and batches in the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutelage.records import Reply, TokenLogprob, Usage
from tutelage.store.calls import CallRow, Calls, Failure
from tutelage.store.database import Database


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    database = Database(tmp_path / "run.db")
    yield Calls(database)
    database.close()


def row(key: str, reply: Reply, attempts: int = 1) -> CallRow:
    return CallRow(key, "generate/i/draft", "teacher", "scripted", "{}", reply, 0.5, attempts, 0.1)


def test_a_reply_comes_back_whole(calls: Calls):
    reply = Reply(
        "answer 😀",
        "length",
        Usage(3, 9, 4),
        thinking="hm",
        others=("b", "c"),
        logprobs=(TokenLogprob("a", -0.1, (("a", -0.1), ("b", -2.0))),),
        score=-1.5,
        model="m-2",
    )
    calls.write(row("k", reply))
    calls.commit()
    assert calls.find("k") == reply
    assert calls.find("other") is None


def test_a_plain_reply_comes_back_plain(calls: Calls):
    calls.write(row("k", Reply("answer")))
    assert calls.find("k") == Reply("answer")


def test_an_answer_after_failing_forgets_the_failure(calls: Calls):
    failure = Failure("k", "generate/i/draft", "teacher", "gave_up", "500", False, 6)
    calls.write_failure(failure)
    found = calls.find_failure("k")
    assert found == failure
    calls.write(row("k", Reply("answer"), attempts=7))
    assert calls.find_failure("k") is None


def test_totals_begin_at_zero_and_are_replaced(calls: Calls):
    assert calls.totals()["sent"] == 0
    calls.write_totals({**calls.totals(), "sent": 5})
    assert calls.totals()["sent"] == 5


def test_open_batches_are_those_not_collected(calls: Calls):
    calls.write_batch("b1", "teacher", ["k2", "k1"])
    calls.write_batch("b2", "judge", ["k3"])
    assert calls.open_batches("teacher") == {"b1": ["k2", "k1"]}
    calls.close_batch("b1", "collected")
    assert calls.open_batches("teacher") == {}
