from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tutelage.recipe.settings import Budget
from tutelage.runs.remaining import remaining
from tutelage.store.calls import TOTALS, Calls
from tutelage.store.database import Database


def spend(path: Path, **given: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(Database(path)) as database:
        calls = Calls(database)
        calls.write_totals(dict.fromkeys(TOTALS, 0.0) | given)
        calls.commit()


def test_what_other_records_spent_is_gone_and_ones_own_is_not(tmp_path: Path) -> None:
    own = tmp_path / "evaluations" / "a" / "evaluation.db"
    spend(tmp_path / "run.db", sent=5, cost=1.0, uncertain_cost=0.5, prompt_tokens=100)
    spend(tmp_path / "evaluations" / "b" / "evaluation.db", sent=2, completion_tokens=20)
    spend(own, sent=50, cost=9.0)
    left = remaining(Budget(money=4.0, tokens=1000, calls=10), tmp_path, own)
    assert left == Budget(money=2.5, tokens=880, calls=3)


def test_never_less_than_nothing_and_no_bound_stays_none(tmp_path: Path) -> None:
    spend(tmp_path / "run.db", sent=5)
    assert remaining(Budget(calls=3), tmp_path, tmp_path / "x.db") == Budget(calls=0)
    assert remaining(Budget(), tmp_path / "absent", tmp_path / "x.db") == Budget()


def test_a_database_without_a_call_costs_nothing(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "run.db")):
        pass
    assert remaining(Budget(calls=3), tmp_path, tmp_path / "x.db") == Budget(calls=3)
