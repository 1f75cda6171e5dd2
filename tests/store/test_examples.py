"""The plan and what came of it."""

from __future__ import annotations

from pathlib import Path

from tutelage.records import Example, Item, Rejection, Verdict
from tutelage.store.database import Database
from tutelage.store.examples import Ledger, Spot
from tutelage.store.reading import examples_by_state, kept_examples, rejections, rejections_by_reason


def item(number: int) -> Item:
    return Item.make("m", {"n": str(number)}, {"number": number})


def example(number: int) -> Example:
    return Example.single_turn(f"question {number}", "answer", id=f"e{number}", item=item(number).id)


def begun(database: Database) -> None:
    database.write("INSERT OR REPLACE INTO run VALUES (1, 'n', '1', '', '{}', '', 'running', '', 1)")


def test_the_plan_comes_back_in_its_order(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    ledger = Ledger(database, 1)
    for position, number in enumerate([3, 1, 2]):
        ledger.plan(item(number), Spot(0, position))
    assert ledger.planned(0) == [item(3), item(1), item(2)]
    assert ledger.planned(1) == []
    ledger.plan(item(2), Spot(0, 0))
    ledger.plan(item(3), Spot(0, 2))
    assert ledger.planned(0) == [item(2), item(1), item(3)]
    database.close()


def test_what_a_later_execution_does_not_derive_is_removed_at_its_end(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    begun(database)
    first = Ledger(database, 1)
    first.write_example(example(1), Spot(0, 0), "kept", [("shape", Verdict(True))])
    first.write_example(example(2), Spot(0, 1), "kept")
    first.write_rejection(Rejection("parse:no_answer", "raw", item=item(3).id), Spot(0, 2))
    database.commit()
    second = Ledger(database, 2)
    refusal = Verdict(False, "too_similar", 0.9, "F 0.9", "e0")
    second.write_example(example(1), Spot(0, 0), "rejected", [("novelty", refusal)])
    second.write_example(example(2), Spot(0, 1), "kept")
    database.commit()
    assert [each.id for each in kept_examples(tmp_path)] == ["e2"]
    assert rejections_by_reason(tmp_path) == {"parse:no_answer": 1}
    second.clear_older()
    assert list(rejections(tmp_path)) == []
    assert examples_by_state(tmp_path) == {"kept": 1, "rejected": 1}
    assert database.read("SELECT filter, witness FROM verdicts").fetchall() == [("novelty", "e0")]
    database.close()


def test_kept_examples_come_in_item_order_not_in_the_order_of_arrival(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    begun(database)
    ledger = Ledger(database, 1)
    for number in (2, 0, 1):
        ledger.write_example(example(number), Spot(0, number), "kept")
    ledger.write_example(example(9), Spot(0, 3), "surplus")
    database.commit()
    assert [each.id for each in kept_examples(tmp_path)] == ["e0", "e1", "e2"]
    assert next(kept_examples(tmp_path / "run.db")) == example(0)
    database.close()
