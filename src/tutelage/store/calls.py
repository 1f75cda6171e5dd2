"""Calls in the store: find one by its key, write one down, keep the running totals."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tutelage.records import Reply, TokenLogprob, Usage, canonical
from tutelage.store.database import Database

TOTALS = (
    "sent",
    "failed_attempts",
    "prompt_tokens",
    "completion_tokens",
    "thinking_tokens",
    "cost",
    "uncertain_cost",
    "uncertain_tokens",
)


@dataclass(frozen=True, slots=True)
class CallRow:
    """One answered request as it is written. ``request`` is canonical JSON."""

    key: str
    place: str
    role: str
    teacher: str
    request: str
    reply: Reply
    cost: float
    attempts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that was given up."""

    key: str
    place: str
    role: str
    reason: str
    message: str
    permanent: bool
    attempts: int


def now() -> str:
    """This moment in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Calls:
    """The calls of one run. Nothing is lasting before :meth:`Database.commit`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, key: str) -> Reply | None:
        """The stored reply to the call named ``key``."""
        row = self._database.read(
            "SELECT reply, thinking, more, finish, prompt_tokens, completion_tokens, thinking_tokens"
            " FROM calls WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        text, thinking, more, finish, *tokens = row
        return Reply(text, finish, Usage(*tokens), thinking, **_read_more(more))

    def write(self, call: CallRow) -> None:
        """Write an answered call down; a failure under the same key is forgotten."""
        reply = call.reply
        usage = reply.usage
        self._database.write(
            "INSERT OR REPLACE INTO calls VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                call.key,
                call.place,
                call.role,
                call.teacher,
                call.request,
                reply.text,
                reply.thinking,
                _write_more(reply),
                reply.finish,
                usage.prompt,
                usage.completion,
                usage.thinking,
                call.cost,
                call.attempts,
                call.seconds,
                now(),
            ),
        )
        if call.attempts > 1:
            self._database.write("DELETE FROM failures WHERE key = ?", (call.key,))

    def find_failure(self, key: str) -> Failure | None:
        """The stored failure of the call named ``key``."""
        row = self._database.read(
            "SELECT key, place, role, reason, message, permanent, attempts FROM failures WHERE key = ?",
            (key,),
        ).fetchone()
        return Failure(*row) if row else None

    def any_failures(self) -> bool:
        """Whether any given-up call is on record."""
        (found,) = self._database.read("SELECT EXISTS (SELECT 1 FROM failures)").fetchone()
        return bool(found)

    def write_failure(self, failure: Failure) -> None:
        """Write a given-up call down."""
        self._database.write(
            "INSERT OR REPLACE INTO failures VALUES (?,?,?,?,?,?,?,?)",
            (*asdict(failure).values(), now()),
        )

    def totals(self) -> dict[str, float]:
        """The running totals by name (see ``TOTALS``), zero where nothing happened yet."""
        found = dict(self._database.read("SELECT name, value FROM totals"))
        return {name: found.get(name, 0.0) for name in TOTALS}

    def write_totals(self, totals: dict[str, float]) -> None:
        """Replace the running totals; call it in the transaction of what they count."""
        rows = ", ".join(["(?, ?)"] * len(totals))  # one statement: this happens with every commit
        values = [each for pair in totals.items() for each in pair]
        self._database.write(f"INSERT OR REPLACE INTO totals VALUES {rows}", values)

    def commit(self) -> None:
        """Make everything written so far outlive this process."""
        self._database.commit()

    def open_batches(self, role: str) -> dict[str, list[str]]:
        """Batches that were submitted and not collected: id → keys in the order of their lines."""
        rows = self._database.read(
            "SELECT id, keys FROM batches WHERE state = 'submitted' AND role = ? ORDER BY submitted",
            (role,),
        )
        return {identity: json.loads(keys) for identity, keys in rows}

    def batch_ids(self) -> set[str]:
        """All batches on record, whatever became of them."""
        return {identity for (identity,) in self._database.read("SELECT id FROM batches")}

    def write_batch(self, identity: str, role: str, keys: Sequence[str]) -> None:
        """Remember a submitted batch at once: it is paid for from now on."""
        self._database.write(
            "INSERT INTO batches VALUES (?, ?, 'submitted', ?, ?, NULL)",
            (identity, role, canonical(list(keys)), now()),
        )
        self._database.commit()

    def close_batch(self, identity: str, state: str) -> None:
        """Mark a batch ``collected`` or ``failed``."""
        self._database.write(
            "UPDATE batches SET state = ?, collected = ? WHERE id = ?", (state, now(), identity)
        )
        self._database.commit()


def _write_more(reply: Reply) -> str:
    if not reply.others and not reply.logprobs and reply.score is None:
        return _model_alone(reply.model)
    more = {
        "others": list(reply.others),
        "logprobs": [[each.token, each.logprob, list(each.top)] for each in reply.logprobs],
        "score": reply.score,
        "model": reply.model,
    }
    said = {name: value for name, value in more.items() if value not in (None, "", [])}
    return canonical(said) if said else ""


@functools.lru_cache(maxsize=64)
def _model_alone(model: str) -> str:
    return canonical({"model": model}) if model else ""


def _read_more(text: str) -> dict[str, Any]:
    if not text:
        return {}
    more = json.loads(text)
    return {
        "others": tuple(more.get("others", ())),
        "logprobs": tuple(
            TokenLogprob(token, logprob, tuple((name, value) for name, value in top))
            for token, logprob, top in more.get("logprobs", ())
        ),
        "score": more.get("score"),
        "model": more.get("model", ""),
    }
