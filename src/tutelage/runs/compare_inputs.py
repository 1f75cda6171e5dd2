"""What lies in the folders that are compared: datasets, students, evaluations, read by their files alone.

    run.db, or a dataset file            a dataset
    student.json                         a student, with curve.jsonl and left_out.jsonl beside it
    figures.json and judgements.jsonl    an evaluation, with answers/*.jsonl beside them

A folder that holds such folders stands for all of them. A student's description is read leniently: what is
absent is left out of the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Judgement
from tutelage.rows import ENDINGS, Row, read_rows
from tutelage.runs.evaluating import FIGURES, JUDGEMENTS
from tutelage.runs.inputs import RUN_FILE, named

STUDENT, CURVE, LEFT_OUT, ANSWERS = "student.json", "curve.jsonl", "left_out.jsonl", "answers"
_DEPTH = 3  # folders below a given one
_NOT_ENTERED = {"checkpoints", "delta", "model", "reports", ANSWERS}
Kind = Literal["dataset", "student", "evaluation"]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to compare: what it is called, where it lies, and which of the inputs it came from."""

    kind: Kind
    name: str
    path: Path
    source: str


@dataclass(frozen=True)
class Evaluated:
    """An evaluation as it lies in its folder; ``texts`` is what was asked, by question; ``settings`` are the
    bench's."""

    name: str
    source: str
    bench: str
    judgements: Sequence[Judgement]
    answers: Mapping[str, Mapping[str, Answer]]
    texts: Mapping[str, str]
    figures: Mapping[str, Mapping[str, Any]]
    notes: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StudentFacts:
    """What is told of a student. ``curve`` has the points of its loss, ``left_out`` the rows that were not
    trained on by reason."""

    name: str
    described: Mapping[str, Any]
    curve: Sequence[Mapping[str, Any]] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def find(paths: Sequence[Path]) -> list[Found]:
    """Everything that lies at ``paths``, in their order.

    Raises:
        BadInput: there is nothing at a path, or it is given twice.
    """
    found: list[Found] = []
    for name, path in named(paths).items():
        here = [*_walk(name, path, name, _DEPTH)]
        if not here:
            raise BadInput(
                "there is nothing here that can be compared",
                where=str(path),
                remedy="name a dataset file, a run, a student's folder, or a folder of `tutelage evaluate`",
            )
        found += here
    return found


def _walk(name: str, path: Path, source: str, depth: int) -> Iterator[Found]:
    if not path.is_dir():
        yield Found("dataset", name, path, source)
        return
    if (path / FIGURES).is_file() and (path / JUDGEMENTS).is_file():
        yield Found("evaluation", name, path, source)
        return
    if (path / RUN_FILE).is_file():
        yield Found("dataset", name, path, source)
    if (path / STUDENT).is_file():
        yield Found("student", name, path, source)
    below = sorted(each for each in path.iterdir() if each.is_dir() and not each.name.startswith("."))
    inside = [
        each
        for folder in below
        if depth and folder.name not in _NOT_ENTERED
        for each in _walk(f"{name}/{folder.name}", folder, source, depth - 1)
    ]
    yield from inside
    own = any((path / file).is_file() for file in (RUN_FILE, STUDENT))
    if not inside and not own and depth == _DEPTH and any(each.suffix in ENDINGS for each in path.iterdir()):
        yield Found("dataset", name, path, source)


def read_evaluation(found: Found) -> Evaluated:
    """The evaluation in a folder.

    Raises:
        BadInput: a file of it is damaged.
    """
    told = _json(found.path / FIGURES)
    bench, models = told.get("bench"), told.get("models")
    if not isinstance(bench, str) or not isinstance(models, dict):
        raise BadInput(
            "these are no figures of an evaluation: 'bench' and 'models' are wanted",
            where=str(found.path / FIGURES),
            remedy="evaluate again into the same folder; what was asked is not paid twice",
        )
    judgements = [_judgement(row) for row in _rows(found.path / JUDGEMENTS)]
    answers: dict[str, dict[str, Answer]] = {}
    texts: dict[str, str] = {}
    for file in sorted((found.path / ANSWERS).glob("*.jsonl")):
        for row in _rows(file):
            answer = _answer(row)
            answers.setdefault(answer.model, {})[answer.question] = answer
            texts.setdefault(answer.question, str(row.data.get("question", "")))
    figures = {str(name): each for name, each in models.items() if isinstance(each, dict)}
    notes = told.get("notes")
    said = [str(each) for each in notes] if isinstance(notes, list) else []
    settings = told.get("settings")
    given = settings if isinstance(settings, dict) else {}
    return Evaluated(found.name, found.source, bench, judgements, answers, texts, figures, said, given)


def read_student(found: Found) -> StudentFacts:
    """The student in a folder.

    Raises:
        BadInput: its description is no JSON object, or a file beside it is damaged.
    """
    left_out: dict[str, int] = {}
    for row in _rows(found.path / LEFT_OUT):
        reason = str(row.data.get("reason", "no reason told"))
        left_out[reason] = left_out.get(reason, 0) + 1
    curve = [row.data for row in _rows(found.path / CURVE)]
    return StudentFacts(found.name, _json(found.path / STUDENT), curve, left_out)


def _rows(path: Path) -> Iterator[Row]:
    """The rows of a file that may be absent or empty."""
    if path.is_file() and path.stat().st_size:
        yield from read_rows(path)


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            f"the file cannot be read: {error}",
            where=str(path),
            remedy="write it again with the same command",
        ) from error
    if not isinstance(told, dict):
        raise BadInput("the file holds no JSON object", where=str(path), remedy="name another folder")
    return told


def _judgement(row: Row) -> Judgement:
    data = row.data
    value, turn, facts = data.get("value"), data.get("turn", 0), data.get("facts")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (value is None or number) or not isinstance(data.get("question"), str):
        raise BadInput(
            "a judgement has a question and a value that is a number or null",
            where=row.place,
            remedy="evaluate again into the same folder; what was asked is not paid twice",
        )
    return Judgement(
        data["question"],
        str(data.get("model", "")),
        float(value) if number and value is not None and value == value else None,  # NaN is no value
        str(data.get("baseline") or ""),
        str(data.get("judge") or ""),
        turn if isinstance(turn, int) else 0,
        bool(data.get("swapped")),
        str(data.get("raw") or ""),
        facts if isinstance(facts, dict) else {},
    )


def _answer(row: Row) -> Answer:
    data = row.data
    turns = data.get("turns")
    if not isinstance(data.get("id"), str) or not isinstance(turns, list):
        raise BadInput(
            "an answer on record has an 'id' and its 'turns'",
            where=row.place,
            remedy="evaluate again into the same folder; what was asked is not paid twice",
        )
    return Answer(data["id"], str(data.get("model", "")), tuple(map(str, turns)))
