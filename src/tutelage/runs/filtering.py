"""The filters alone, on dataset files: rows in, kept rows out, refused rows beside them.

Several files are one pool in the order given. A kept row is written as it was read, with fields that nobody
knows. A row that is no example is refused as ``row:unreadable`` with its place, or ends the work where that
is asked for; a file that cannot be read ends it always. Either both files are written or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutelage.filters.filter import Chain, Decision, Filter
from tutelage.rows import Row, RowWriter
from tutelage.runs.pools import UNREADABLE, Pooled, keep_apart, pooled

REPORT_EVERY = 1000  # rows between two reports of progress

Progress = Callable[[int, int], None]  # rows read, rows kept


@dataclass(frozen=True, slots=True)
class FilterResult:
    """What became of the rows.

    ``rejected`` counts refusals by reason (``novelty:too_similar``, ``row:unreadable``); ``noted`` counts
    kept rows on which a filter had something to say (``novelty:no_tokens``).
    """

    read: int
    kept: int
    rejected: dict[str, int]
    noted: dict[str, int]
    out: Path
    rejected_file: Path

    @property
    def unreadable(self) -> int:
        """How many rows were no examples."""
        return self.rejected.get(UNREADABLE, 0)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields; ``rejected`` maps reason to count."""
        return {
            "read": self.read,
            "kept": self.kept,
            "rejected": self.rejected,
            "noted": self.noted,
            "out": str(self.out),
            "rejected_file": str(self.rejected_file),
        }


def rejected_file_of(out: Path) -> Path:
    """Where the refused rows of ``out`` go: ``data.json`` → ``data.rejected.jsonl``."""
    return out.with_name(f"{out.stem}.rejected.jsonl")


def filter_files(
    paths: Sequence[Path],
    filters: Sequence[Filter],
    out: Path,
    *,
    strict: bool = False,
    on_progress: Progress | None = None,
) -> FilterResult:
    """Write the rows of ``paths`` that all ``filters`` keep to ``out``, the others beside it.

    Memory grows with what the filters remember of kept rows, never with the size of a JSONL file.

    Raises:
        BadInput: a file that cannot be read or written, ``out`` among the inputs, no row that is an example,
            or with ``strict`` the first row that is none.
    """
    rejected_file = rejected_file_of(out)
    keep_apart(paths, out, refused_rows=rejected_file)
    # The inner file is put in place first: where Parquet cannot hold a value, neither appears.
    with RowWriter(rejected_file) as refused, RowWriter(out) as kept:
        work = _Pass(filters, kept, refused)
        for each in pooled(paths, strict=strict):
            work.take(each)
            if on_progress and work.read % REPORT_EVERY == 0:
                on_progress(work.read, kept.count)
    if on_progress and work.read % REPORT_EVERY:
        on_progress(work.read, kept.count)
    return FilterResult(
        work.read, kept.count, dict(work.rejected.most_common()), dict(work.noted), out, rejected_file
    )


class _Pass:
    """One pass over all rows, with its counts."""

    def __init__(self, filters: Sequence[Filter], kept: RowWriter, refused: RowWriter) -> None:
        self._chain = Chain(filters)
        self._kept, self._refused = kept, refused
        self._places: dict[str, str] = {}  # id of a kept row → where it stands, for those it condemns
        self.read = 0
        self.rejected: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()

    def take(self, pooled: Pooled) -> None:
        """Judge one row and write it to where it belongs."""
        self.read += 1
        row, example, error = pooled
        if example is None:
            told = f"{error.what} ({error.remedy})" if error else ""
            self._write_refusal(row, UNREADABLE, None, told, "")
            return
        decision = self._chain.decide(example)
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
