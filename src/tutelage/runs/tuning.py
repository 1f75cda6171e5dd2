"""Tuning on files and runs: what any verb reads becomes the examples that a student is trained on.

Several inputs are one pool, in the order given. A row that is no example is counted with its place and
reason, never silently missing.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, MissingExtra
from tutelage.export.files import PROVENANCE
from tutelage.export.licences import most_restrictive
from tutelage.models.finding import STUDENT, find
from tutelage.models.loading import load
from tutelage.records import Example, digest
from tutelage.runs.pools import pooled
from tutelage.runs.scoring import CheckpointJudge, Scoring
from tutelage.store import reading
from tutelage.tune.outfolder import BEGUN
from tutelage.tune.progress import Moment, Tell, silent
from tutelage.tune.result import TuneResult
from tutelage.tune.settings import TuneSettings
from tutelage.tune.tokens import none_left, show_masks, tokenise

RUN_FILE = "run.db"
QUOTED = 3  # refused rows that are told with place and reason
_PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
Note = Callable[[str], None]
ScoreCheckpoint = Callable[[Path], float]


@dataclass(frozen=True)
class Gathered:
    """The examples of all inputs; ``unreadable`` counts rows that are none, ``refused`` tells the first."""

    examples: tuple[Example, ...]
    unreadable: int = 0
    refused: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The name of what is trained on: equal ids and messages in equal order, equal digest."""
        return dataset_digest(self.examples)


def dataset_digest(examples: Sequence[Example]) -> str:
    """A name of 32 hex digits for ids and messages, in their order."""
    return digest(*([each.id, [message.as_dict() for message in each.messages]] for each in examples))


def gather(paths: Sequence[Path], *, strict: bool = False) -> Gathered:
    """The examples in dataset files and in runs (their folders give what was kept), as one pool.

    Raises:
        BadInput: nothing is named, an input cannot be read, holds no example, is a folder without a run, or
            is given twice; with ``strict`` also the first row that is no example.
    """
    if not paths:
        raise BadInput(
            "there is nothing to tune on", where="--data", remedy="name dataset files or runs with --data"
        )
    _check_inputs(paths)
    seen: set[str] = set()
    examples: list[Example] = []
    refused: list[str] = []
    for path in paths:
        for example, told in _rows(path, strict):
            if example is None:
                refused.append(told)
            else:
                examples.append(_renamed(example, seen))
    if not examples:
        raise BadInput(
            "there is no example to tune on",
            where=", ".join(map(str, paths)),
            remedy="let the run accept some, or name another dataset with --data",
        )
    return Gathered(tuple(examples), len(refused), tuple(refused[:QUOTED]))


def tune_files(
    paths: Sequence[Path],
    settings: TuneSettings,
    out: Path,
    *,
    fresh: bool = False,
    strict: bool = False,
    tell: Tell = silent,
    on_gathered: Callable[[Gathered], None] = lambda gathered: None,
    score_checkpoint: ScoreCheckpoint | None = None,
    judge: CheckpointJudge | None = None,
) -> TuneResult:
    """Tune a student on ``paths`` into the folder ``out``, going on where an earlier process stopped.

    ``fresh`` begins anew there. ``tell`` hears how far training is, ``on_gathered`` what was read, and
    ``score_checkpoint`` is asked for the score of a checkpoint where ``settings.select`` is ``score``, or
    ``judge`` compares its answers to the held-out questions with the references.

    Raises:
        BadInput: as :func:`gather`; or ``out`` holds something else, or nothing is left to train on.
        MissingExtra: the ``tune`` extra is not installed.
        RunLocked: another process tunes into ``out``.
        StoreFailed: the disk is full.
    """
    check_tuning(settings, judge)
    gathered = gather(paths, strict=strict)
    on_gathered(gathered)
    # Imported here: it brings torch, and a wrong file is told before that.
    training = importlib.import_module("tutelage.tune.training")
    result: TuneResult = training.tune(
        settings,
        gathered.examples,
        out,
        fresh=fresh,
        tell=tell,
        **_scoring(settings, out, tell, score_checkpoint, judge),
        data=_told_data(paths, gathered),
    )
    return result


def _scoring(
    settings: TuneSettings,
    out: Path,
    tell: Tell,
    score_checkpoint: ScoreCheckpoint | None,
    judge: CheckpointJudge | None,
) -> dict[str, Any]:
    """Who scores checkpoints, where that is asked for."""
    if settings.select != "score" or score_checkpoint is not None or judge is None:
        return {"score_checkpoint": score_checkpoint}
    scoring = Scoring(judge, settings, out, say=lambda line: tell(Moment(0, 0, note=line)))
    by = digest(judge.model.identity, asdict(judge.model.defaults))
    return {"score_checkpoint": scoring, "correct_choice": scoring.correction, "scored_by": by}


def _told_data(paths: Sequence[Path], gathered: Gathered) -> dict[str, Any]:
    """What the student's description and card say of the examples; the most restrictive licence holds."""
    return {
        "files": [path.name or str(path) for path in paths],
        "unreadable": gathered.unreadable,
        "licence": most_restrictive({each.licence for each in gathered.examples}),
    }


def tune_anew(
    paths: Sequence[Path],
    settings: TuneSettings,
    out: Path,
    *,
    tell: Tell = silent,
    note: Note,
    judge: CheckpointJudge | None = None,
) -> TuneResult:
    """:func:`tune_files`, but a student in ``out`` of other settings or data is set aside; ``note`` is told.

    Raises:
        TutelageError: as :func:`tune_files`.
    """
    try:
        return tune_files(paths, settings, out, tell=tell, judge=judge)
    except BadInput as error:
        if error.where != str(out / BEGUN):
            raise
        aside = next(each for n in count(1) if not (each := out.with_name(f"{out.name}-{n}")).exists())
        out.rename(aside)
        note(f"{error.what}; what was there lies in {aside} now")
    return tune_files(paths, settings, out, tell=tell, judge=judge)


def check_tuning(settings: TuneSettings, judge: CheckpointJudge | None = None) -> None:
    """Refuse, before anything is paid for, a tuning whose base, judge or packages are not there.

    Raises:
        BadInput: there is no such base, or the judge of checkpoints cannot judge.
        MissingExtra: the ``tune`` extra is not installed.
    """
    find(settings.base)
    if judge is not None and settings.select == "score":
        judge.check()
    for package in _PACKAGES:
        if find_spec(package) is None:
            raise MissingExtra("tuning a student", extra="tune", package=package)


@dataclass(frozen=True)
class Masks:
    """What would be trained: ``text`` shows the first rows token by token, the counts are of all."""

    text: str
    rows: int
    tokens: int
    trained: int
    left_out: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields; ``left_out`` maps reason to count, cut rows (``truncated``) included."""
        return {
            "text": self.text,
            "rows": self.rows,
            "tokens": self.tokens,
            "trained": self.trained,
            "left_out": self.left_out,
        }


def masks(examples: Sequence[Example], settings: TuneSettings, shown: int) -> Masks:
    """The tokens of the first ``shown`` rows with what is trained of them; nothing is trained or written.

    Raises:
        BadInput: there is no such base or template, or no row is left.
        MissingExtra: the ``tune`` extra is not installed.
    """
    base = load(settings.base, template=settings.template)
    rows, left_out = tokenise(
        examples,
        base.template,
        base.tokenizer,
        max_length=settings.max_length,
        over_length=settings.over_length,
    )
    if not rows:
        raise none_left(len(examples), left_out, settings.max_length)
    return Masks(
        show_masks(rows[:shown], base.tokenizer),
        len(rows),
        sum(len(row) for row in rows),
        sum(row.trained for row in rows),
        dict(Counter(str(each.reason) for each in left_out).most_common()),
    )


def _check_inputs(paths: Sequence[Path]) -> None:
    seen: set[Path] = set()
    for path in paths:
        whole = path.resolve()
        if whole in seen:
            raise BadInput("this input is given twice", where=str(path), remedy="name every input once")
        seen.add(whole)
        if (path / STUDENT).is_file():
            raise BadInput(
                "this folder holds a student, not examples",
                where=str(path),
                remedy=f"name files or runs with --data; --base {path} tunes the student further",
            )
        if path.is_dir() and not (path / RUN_FILE).is_file():
            inside = path / "messages.jsonl" if (path / PROVENANCE).is_file() else path / "FILE.jsonl"
            raise BadInput(
                "this folder holds no run", where=str(path), remedy=f"name a file, for example {inside}"
            )


def _rows(path: Path, strict: bool) -> Iterator[tuple[Example | None, str]]:
    """Each row's example, or ``None`` with its place and what is wrong."""
    if path.is_dir():
        for example in reading.kept_examples(path):
            yield example, ""
        return
    for each in pooled([path], strict=strict):
        error = each.error
        yield each.example, f"{error.where or each.row.place}: {error.what}" if error else ""


def _renamed(example: Example, seen: set[str]) -> Example:
    """``example`` under an id that no other of the pool has."""
    name, occurrence = example.id, 0
    while name in seen:
        occurrence += 1
        name = f"{example.id}#{occurrence}"
    seen.add(name)
    return replace(example, id=name) if occurrence else example
