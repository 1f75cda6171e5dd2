"""Questions that change nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.records import Example, Item, Reply, Usage, Verdict
from tutelage.store import reading
from tutelage.store.calls import CallRow, Calls
from tutelage.store.database import Database
from tutelage.store.examples import Ledger, Spot
from tutelage.store.runs import Run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    database = Database(tmp_path / "run.db")
    number = Run(database).begin(name="n", version="1", recipe={}, fingerprint="f", changes=[])
    ledger = Ledger(database, number)
    calls = Calls(database)
    for position in range(3):
        item = Item.make("m", {}, {"n": position})
        ledger.plan(item, Spot(0, position))
        for turn in range(position + 1):
            reply = Reply("x", usage=Usage(10, 5))
            place = f"generate/{item.id}/{turn}"
            calls.write(CallRow(f"{position}{turn}", place, "teacher", "t", "{}", reply, 0.25, 1, 2.0))
        if position:
            example = Example.single_turn("q", "a", id=f"e{position}", item=item.id)
            ledger.write_example(example, Spot(0, position), "kept")
    calls.write(CallRow("s", "skills/topics/abc/ask", "teacher", "t", "{}", Reply("x"), 1.0, 1, 1.0))
    calls.write_totals({"sent": 7})
    database.close()
    return tmp_path


def test_costs_are_summed_by_stage_and_item(run: Path):
    costs = reading.call_costs(run)
    last = costs["generate", Item.make("m", {}, {"n": 2}).id]
    assert (last.calls, last.tokens, last.cost, last.seconds) == (3, 45, 0.75, 6.0)
    assert costs["skills/topics", "abc"].cost == 1.0


def test_accepted_by_item_keeps_the_plans_order_and_counts_nothing_as_zero(run: Path):
    assert list(reading.accepted_by_item(run, 2).values()) == [0, 1]
    assert list(reading.accepted_by_item(run, 9).values()) == [0, 1, 1]


def test_examples_with_their_items_and_verdicts(run: Path):
    items = [Item.make("m", {}, {"n": number}).id for number in (1, 2)]
    assert reading.items_of_examples(run) == {"e1": items[0], "e2": items[1]}
    database = Database(run / "run.db")
    said = (("shape", Verdict(True, "", None)), ("novelty", Verdict(False, "too_similar", 0.9, "why", "e1")))
    example = Example.single_turn("q", "a", id="e3", item=items[0])
    Ledger(database, 1).write_example(example, Spot(0, 0), "rejected", said)
    Ledger(database, 1).write_example(replace(example, id="e4"), Spot(0, 9), "surplus")
    database.commit()
    database.close()
    found = [(example.id, verdicts) for example, verdicts in reading.decided_examples(run)]
    assert found == [("e3", said), ("e1", ()), ("e2", ())]


def test_the_row_and_the_totals(run: Path):
    assert reading.run_row(run).name == "n"
    assert reading.totals(run) == {"sent": 7.0}


def test_a_folder_without_a_run_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="there is no run here"):
        list(reading.kept_examples(tmp_path / "nothing"))


def test_of_a_plan_cut_short_only_the_items_decided_count(run: Path):
    database = Database(run / "run.db")
    Ledger(database, 1).plan(Item.make("m", {}, {"n": 3}), Spot(0, 3))
    database.close()
    assert list(reading.accepted_by_item(run, 9).values()) == [0, 1, 1, 0]
    assert list(reading.accepted_by_item(run, 9, decided=True).values()) == [0, 1, 1]
