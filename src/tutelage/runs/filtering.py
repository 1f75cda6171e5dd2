"""The filters alone, on dataset files: rows in, kept rows out, refused rows beside them.

Several files are one pool in the order given. A kept row is written as it was read, with fields that nobody
knows. A row that is no example is refused as ``row:unreadable`` with its place, or ends the work where that
is asked for; a file that cannot be read ends it always. Either both files are written or none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutelage.filters.filter import NOTHING_ASSESSED, Assessed, Chain, Decision, Filter
from tutelage.rows import Row, RowWriter
from tutelage.runs.assessing import Judges, asking, check_can_ask
from tutelage.runs.pools import UNREADABLE, Pooled, files_of, keep_apart, pooled
from tutelage.runs.trace import Trace

REPORT_EVERY = 1000  # rows between two reports of progress

Progress = Callable[[int, int], None]  # rows read, rows kept


@dataclass(frozen=True, slots=True)
class FilterResult:
    """What became of the rows.

    ``rejected`` counts refusals by reason (``novelty:too_similar``, ``row:unreadable``); ``noted`` counts
    kept rows on which a filter had something to say (``novelty:no_tokens``). ``trace`` is what each filter
    removed, where that was asked for.
    """

    read: int
    kept: int
    rejected: dict[str, int]
    noted: dict[str, int]
    out: Path
    rejected_file: Path
    trace: Trace | None = None

    @property
    def unreadable(self) -> int:
        """How many rows were no examples."""
        return self.rejected.get(UNREADABLE, 0)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields; ``rejected`` maps reason to count, ``trace`` is there where it was asked for."""
        return {
            "read": self.read,
            "kept": self.kept,
            "rejected": self.rejected,
            "noted": self.noted,
            "out": str(self.out),
            "rejected_file": str(self.rejected_file),
            **({} if self.trace is None else {"trace": self.trace.as_list()}),
        }


def rejected_file_of(out: Path) -> Path:
    """Where the refused rows of ``out`` go: ``data.json`` → ``data.rejected.jsonl``."""
    return out.with_name(f"{out.stem}.rejected.jsonl")


def calls_file_of(out: Path) -> Path:
    """Where the models' answers about the rows of ``out`` are kept: ``data.json`` → ``data.calls.db``."""
    return out.with_name(f"{out.stem}.calls.db")


def filter_files(
    paths: Sequence[Path],
    filters: Sequence[Filter],
    out: Path,
    *,
    strict: bool = False,
    trace: bool = False,
    judges: Judges | None = None,
    on_progress: Progress | None = None,
) -> FilterResult:
    """Write the rows of ``paths`` that all ``filters`` keep to ``out``, the others beside it.

    Memory grows with what the filters remember of kept rows, never with the size of a JSONL file. ``judges``
    answer the filters that ask a model; their answers stay beside ``out``, so that they are paid once.

    Raises:
        BadInput: a file that cannot be read or written, ``out`` among the inputs, no row that is an example,
            a filter that asks a model where no ``judges`` are, or with ``strict`` the first row that is none.
        TutelageError: a model can no longer be asked; neither file is written, what was answered is kept.
    """
    check_can_ask(filters, judges)
    keep_apart((), out)
    rejected_file = rejected_file_of(out)
    keep_apart([*paths, *files_of(filters)], out, refused_rows=rejected_file)
    # The inner file is put in place first: where Parquet cannot hold a value, neither appears.
    with RowWriter(rejected_file) as refused, RowWriter(out) as kept:
        work = _Pass(filters, kept, refused, Trace(each.kind for each in filters) if trace else None)

        def take(each: Pooled, assessed: Assessed = NOTHING_ASSESSED) -> None:
            work.take(each, assessed)
            if on_progress and work.read % REPORT_EVERY == 0:
                on_progress(work.read, kept.count)

        rows = pooled(paths, strict=strict)
        if judges is not None and asking(filters):
            # Imported here: the gateway is slow to load, and most filters ask nobody.
            from tutelage.runs.judging import judged  # noqa: PLC0415 - see above

            asyncio.run(judged(rows, filters, judges, calls_file_of(out), take))
        else:
            for each in rows:
                take(each)
    if on_progress and work.read % REPORT_EVERY:
        on_progress(work.read, kept.count)
    rejected = dict(work.rejected.most_common())
    return FilterResult(work.read, kept.count, rejected, dict(work.noted), out, rejected_file, work.trace)


class _Pass:
    """One pass over all rows, with its counts."""

    def __init__(
        self, filters: Sequence[Filter], kept: RowWriter, refused: RowWriter, trace: Trace | None
    ) -> None:
        self._chain = Chain(filters)
        self.trace = trace
        self._kept, self._refused = kept, refused
        self._places: dict[str, str] = {}  # id of a kept row → where it stands, for those it condemns
        self.read = 0
        self.rejected: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()

    def take(self, pooled: Pooled, assessed: Assessed) -> None:
        """Judge one row and write it to where it belongs."""
        self.read += 1
        row, example, error = pooled
        if example is None:
            told = f"{error.what} ({error.remedy})" if error else ""
            self._write_refusal(row, UNREADABLE, None, told, "")
            if self.trace:
                self.trace.unreadable(row.place, UNREADABLE.partition(":")[2], told, row.data)
            return
        decision = self._chain.decide(example, assessed)
        if self.trace:
            witness = decision.verdicts[-1][1].witness if decision.verdicts else ""
            self.trace.follow(decision, row.place, self._places.get(witness, witness))
        if decision.kept:
            self._keep(row, decision)
        else:
            self._refuse(row, decision)

    def _keep(self, row: Row, decision: Decision) -> None:
        self._places[decision.example.id] = row.place
        self.noted.update(f"{name}:{verdict.reason}" for name, verdict in decision.verdicts if verdict.reason)
        self._kept.write(row.data)

    def _refuse(self, row: Row, decision: Decision) -> None:
        name, verdict = decision.verdicts[-1]
        witness = self._places.get(verdict.witness, verdict.witness)
        self._write_refusal(row, f"{name}:{verdict.reason}", verdict.score, verdict.detail, witness)

    def _write_refusal(self, row: Row, reason: str, score: float | None, detail: str, witness: str) -> None:
        self.rejected[reason] += 1
        self._refused.write(
            {
                "reason": reason,
                "score": score,
                "detail": detail,
                "place": row.place,
                "witness": witness,
                "row": row.data,
            }
        )
