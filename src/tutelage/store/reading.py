"""Questions to a run database that change nothing: for exports, forecasts, pages, and other tools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tutelage.records import Example, Rejection, Verdict
from tutelage.store.database import connect_reader
from tutelage.store.runs import RunRow


def database_of(path: Path) -> Path:
    """The database of a run, named by its folder or by the file itself."""
    return path / "run.db" if path.is_dir() else path


def kept_examples(path: Path) -> Iterator[Example]:
    """The accepted examples of a run in item order.

    Raises:
        BadInput: ``path`` is neither a run's folder nor its database.
    """
    with closing(connect_reader(database_of(path))) as connection:
        rows = connection.execute(
            "SELECT content FROM examples WHERE state = 'kept' ORDER BY round, position, ordinal"
        )
        for (content,) in rows:
            yield Example.from_dict(json.loads(content))


def decided_examples(path: Path) -> Iterator[tuple[Example, tuple[tuple[str, Verdict], ...]]]:
    """The examples that were judged, in item order, each with the verdict of every filter that saw it."""
    with closing(connect_reader(database_of(path))) as connection:
        rows = connection.execute(
            "SELECT id, content FROM examples WHERE state IN ('kept', 'rejected')"
            " ORDER BY round, position, ordinal"
        )
        for identity, content in rows:
            said = connection.execute(
                "SELECT filter, keep, reason, score, detail, witness FROM verdicts"
                " WHERE example = ? ORDER BY ordinal",
                (identity,),
            )
            verdicts = tuple((name, Verdict(bool(keep), *rest)) for name, keep, *rest in said)
            yield Example.from_dict(json.loads(content)), verdicts


def rejections(path: Path) -> Iterator[Rejection]:
    """Everything that a run did not keep, in item order, with its raw text."""
    with closing(connect_reader(database_of(path))) as connection:
        rows = connection.execute(
            "SELECT reason, text, detail, item, example, score FROM rejections"
            " ORDER BY round, position, ordinal, id"
        )
        for row in rows:
            yield Rejection(*row)


def rejections_by_reason(path: Path) -> dict[str, int]:
    """How many rejections each reason accounts for, the commonest first."""
    with closing(connect_reader(database_of(path))) as connection:
        return dict(
            connection.execute(
                "SELECT reason, count(*) AS n FROM rejections GROUP BY reason ORDER BY n DESC, reason"
            ).fetchall()
        )


def examples_by_state(path: Path) -> dict[str, int]:
    """How many examples are kept, rejected, surplus."""
    with closing(connect_reader(database_of(path))) as connection:
        return dict(connection.execute("SELECT state, count(*) FROM examples GROUP BY state").fetchall())


def run_row(path: Path) -> RunRow:
    """The run's own row."""
    with closing(connect_reader(database_of(path))) as connection:
        return RunRow.read(connection.execute(f"SELECT {RunRow.COLUMNS} FROM run").fetchone())


def totals(path: Path) -> dict[str, float]:
    """The running totals over all executions: sent, failed_attempts, tokens, cost."""
    with closing(connect_reader(database_of(path))) as connection:
        return dict(connection.execute("SELECT name, value FROM totals").fetchall())


@dataclass(frozen=True, slots=True)
class CallCosts:
    """What the answered calls of one item amounted to; ``seconds`` are summed over calls."""

    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: CallCosts) -> CallCosts:
        return CallCosts(
            self.calls + other.calls,
            self.tokens + other.tokens,
            self.cost + other.cost,
            self.seconds + other.seconds,
        )


def call_costs(path: Path) -> dict[tuple[str, str], CallCosts]:
    """(stage, item id) → the calls that were answered for it."""
    costs: dict[tuple[str, str], CallCosts] = {}
    with closing(connect_reader(database_of(path))) as connection:
        rows = connection.execute("SELECT place, prompt_tokens + completion_tokens, cost, seconds FROM calls")
        for place, tokens, cost, seconds in rows:
            stage, item = place.rsplit("/", 1)[0].rsplit("/", 1)
            one = CallCosts(1, tokens, cost, seconds)
            costs[stage, item] = costs.get((stage, item), CallCosts()) + one
    return costs


def items_of_examples(path: Path) -> dict[str, str]:
    """Example id → the item that it was written for."""
    with closing(connect_reader(database_of(path))) as connection:
        return dict(connection.execute("SELECT id, item FROM examples").fetchall())


def accepted_by_item(path: Path, first: int, *, decided: bool = False) -> dict[str, int]:
    """The first ``first`` items of the plan, in order → how many of their examples are kept.

    ``decided``: only up to the last that anything came of. Items are decided in their order, so those behind
    it are not.
    """
    with closing(connect_reader(database_of(path))) as connection:
        rows = connection.execute(
            "SELECT items.id, count(examples.id),"
            " EXISTS (SELECT 1 FROM examples AS any_state WHERE any_state.item = items.id)"
            " OR EXISTS (SELECT 1 FROM rejections WHERE rejections.item = items.id) FROM"
            " (SELECT id, round, position FROM items ORDER BY round, position LIMIT ?) AS items"
            " LEFT JOIN examples ON examples.item = items.id AND examples.state = 'kept'"
            " GROUP BY items.id ORDER BY items.round, items.position",
            (first,),
        ).fetchall()
    while decided and rows and not rows[-1][2]:
        rows.pop()
    return {item: kept for item, kept, _ in rows}
