"""Answers from files, joined to the questions of a bench by id, or by the exact text of the question.

    read_answers(paths, questions)   → AnswersRead     by model and question id, with what did not fit
    answer_row(answer)               → dict            the plain row that reads back as the same answer

Rows are read in every form at hand:

    alpaca_eval      instruction, output, generator
    FastChat         question_id, model_id, choices[0].turns
    WildBench        session_id, output (a list), generator
    IFEval           prompt, response
    plain            id | question_id | key | question | instruction | prompt,
                     answer | output | response | turns, model | generator | model_id

as JSON lists, JSON Lines, CSV, TSV or Parquet. Nothing is dropped unseen: rows of other questions, rows given
twice, rows without an answer and questions without a row are counted for each model.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Question
from tutelage.records import Finish
from tutelage.rows import Row, read_rows
from tutelage.text import counted

ID_FIELDS = ("question_id", "key", "id", "session_id", "question")
TEXT_FIELDS = ("question", "instruction", "prompt")
ANSWER_FIELDS = ("turns", "answer", "output", "response", "completion")
MODEL_FIELDS = ("model", "generator", "model_id")

_SHOWN = 60  # characters of a value that an error or a note shows
_NAMED = 5  # ids that a note names


@dataclass(frozen=True)
class Joined:
    """How the rows of one model met the questions. ``missing`` and ``unknown`` are ids (or texts), ``twice``
    ids that had more than one row, ``silent`` ids whose row held no answer; ``differ`` counts those of
    ``twice`` whose rows do not agree."""

    rows: int = 0
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    differ: int = 0

    def as_dict(self) -> dict[str, int]:
        """Counts by name."""
        return {
            "rows": self.rows,
            "missing": len(self.missing),
            "unknown": len(self.unknown),
            "duplicate": len(self.twice),
            "silent": len(self.silent),
        }


@dataclass(frozen=True)
class AnswersRead:
    """Answers by model and question id, how they were joined, and that in sentences."""

    answers: Mapping[str, Mapping[str, Answer]]
    joined: Mapping[str, Joined]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know, a sentence for each thing that is not as it should be."""
        return tuple(note for model, joined in self.joined.items() for note in _told(model, joined))


def _told(model: str, joined: Joined) -> Iterable[str]:
    for ids, what in (
        (joined.missing, "of this bench without an answer"),
        (joined.twice, f"answered more than once, {_agreeing(joined.differ)}; the last row counts"),
        (joined.silent, "whose row holds no answer; counted as missing"),
    ):
        if ids:
            yield f"{model}: {counted(len(ids), 'question')} {what} ({_listed(ids)})"
    if joined.unknown:
        yield (
            f"{model}: {counted(len(joined.unknown), 'row')} of questions that are not in this bench, "
            f"left out ({_listed(joined.unknown)})"
        )


def _agreeing(differ: int) -> str:
    return f"{differ} of them with different answers" if differ else "the same each time"


def _listed(ids: Sequence[str]) -> str:
    shown = ", ".join(_short(each) for each in ids[:_NAMED])
    return f"{shown}, …" if len(ids) > _NAMED else shown


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def read_answers(paths: Sequence[Path], questions: Sequence[Question], *, model: str = "") -> AnswersRead:
    """The answers in ``paths`` to ``questions``, by model.

    A row that names no model belongs to ``model``, or to the name of its file without the ending; files of
    one name are told apart by their folder. Of several
    rows of one model for one question the last counts, as in files that grow when a run is repeated.

    Raises:
        BadInput: a file is missing, empty, cut off, not UTF-8; a row has no question or no answer field, or
            its id and its text belong to two questions; no row at all answers a question of the bench.
    """
    index = _Index(questions)
    readers: dict[str, _Reader] = {}
    names = _file_names([Path(each) for each in paths])
    for path in map(Path, paths):
        for row in read_rows(path):
            name = _model_of(row.data) or model or names[path]
            readers.setdefault(name, _Reader(name, index)).take(row)
    if readers and not any(reader.answers for reader in readers.values()):
        seen = sum(reader.rows for reader in readers.values())
        first = next(iter(readers.values())).unknown[:1] or ["(nothing)"]
        raise BadInput(
            f"none of {counted(seen, 'row')} answers a question of this bench",
            where=f"{', '.join(map(str, paths))}; the first is of {_listed(first)!r}",
            remedy="give the answers to the questions of this bench, or name its questions file",
        )
    return AnswersRead(
        {name: reader.in_order(questions) for name, reader in readers.items()},
        {name: reader.joined(questions) for name, reader in readers.items()},
    )


def _file_names(paths: Sequence[Path]) -> dict[Path, str]:
    """What each file's model is called: the stem, with the folder where two files share it.

    Raises:
        BadInput: folder and stem are shared too.
    """
    stems = Counter(path.stem for path in dict.fromkeys(paths))
    names = {
        path: path.stem if stems[path.stem] == 1 else f"{path.resolve().parent.name}/{path.stem}"
        for path in paths
    }
    for name, files in Counter(names.values()).items():
        if files > 1:
            raise BadInput(
                f"{files} files would be answers of one model, called '{name}'",
                where=", ".join(str(path) for path in names if names[path] == name),
                remedy="rename the files, or name the model in their rows: model",
            )
    return names


def answer_row(answer: Answer) -> dict[str, Any]:
    """``answer`` as a plain row; :func:`read_answers` gives the same answer back."""
    row: dict[str, Any] = {"question_id": answer.question, "model": answer.model, "turns": list(answer.turns)}
    if answer.finish != "stop":
        row["finish"] = answer.finish
    if answer.facts:
        row["facts"] = dict(answer.facts)
    return row


class _Index:
    """Question ids, and ids by the text of the first turn, or of all turns."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.ids = {question.id for question in questions}
        self._by_text: dict[str, list[str]] = defaultdict(list)
        for question in questions:
            for text in dict.fromkeys(
                (question.turns[0] if question.turns else "", "\n".join(question.turns))
            ):
                self._by_text[text].append(question.id)

    def by_text(self, text: str) -> list[str]:
        """The ids of the questions with exactly this text, or with the same but for the space around it."""
        return self._by_text.get(text) or self._by_text.get(text.strip(), [])


@dataclass
class _Reader:
    """Takes the rows of one model."""

    model: str
    index: _Index
    rows: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    twice: dict[str, None] = field(default_factory=dict)
    silent: dict[str, None] = field(default_factory=dict)
    differ: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)

    def take(self, row: Row) -> None:
        """Join one row, or note why it joins nothing."""
        self.rows += 1
        question = self._question_of(row)
        turns = _turns_of(row)
        if question is None:
            return
        if turns is None:
            self.silent[question] = None
            return
        if question in self.answers:
            self.twice[question] = None
            if self.answers[question].turns != turns:
                self.differ.add(question)
        facts = row.data.get("facts")
        self.answers[question] = Answer(
            question, self.model, turns, _finish_of(row.data), facts if isinstance(facts, dict) else {}
        )

    def _question_of(self, row: Row) -> str | None:
        ids = [str(row.data[name]) for name in ID_FIELDS if isinstance(row.data.get(name), str | int)]
        texts = [row.data[name] for name in TEXT_FIELDS if isinstance(row.data.get(name), str)]
        if not ids and not texts:
            raise _no_field("which question it answers", (*ID_FIELDS, *TEXT_FIELDS), row)
        known = next((each for each in ids if each in self.index.ids), None)
        text = next((each for each in texts if self.index.by_text(each)), None)
        same = self.index.by_text(text) if text is not None else []
        if known is not None and same and known not in same:
            raise BadInput(
                f"this row has the id '{known}' but the text of question '{same[0]}'",
                where=row.place,
                remedy="mend the row: id and text must belong to one question",
            )
        if known is not None:
            return known
        if text is None:
            self.unknown.append((ids or texts)[0])
            return None
        number = self.seen[text]
        self.seen[text] += 1
        return same[number % len(same)]

    def in_order(self, questions: Sequence[Question]) -> dict[str, Answer]:
        """The answers in the order of the questions."""
        return {each.id: self.answers[each.id] for each in questions if each.id in self.answers}

    def joined(self, questions: Sequence[Question]) -> Joined:
        """What was counted."""
        missing = tuple(each.id for each in questions if each.id not in self.answers)
        silent = tuple(each for each in self.silent if each not in self.answers)
        return Joined(self.rows, missing, tuple(self.unknown), tuple(self.twice), silent, len(self.differ))


def _model_of(data: Mapping[str, Any]) -> str:
    for name in MODEL_FIELDS:
        value = data.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _finish_of(data: Mapping[str, Any]) -> Finish:
    value = data.get("finish", data.get("finish_reason"))
    return cast(Finish, value) if value in get_args(Finish) else "stop"


def _turns_of(row: Row) -> tuple[str, ...] | None:
    """The turns; ``None`` where the field is there and null."""
    choices = row.data.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict) and "turns" in choices[0]:
        return _texts(choices[0]["turns"], "choices[0].turns", row)
    name = next((each for each in ANSWER_FIELDS if row.data.get(each) is not None), None)
    if name is not None:
        return _texts(row.data[name], name, row)
    if any(each in row.data for each in ANSWER_FIELDS):
        return None
    raise _no_field("what was answered", ANSWER_FIELDS, row)


def _texts(value: Any, name: str, row: Row) -> tuple[str, ...]:
    """One text, or a list with a text for each turn; a number is a text too, as tables know no types."""
    turns = value if isinstance(value, list) else [value]
    if not turns or not all(isinstance(each, str | int | float) for each in turns):
        raise BadInput(
            f"'{name}' must be a text or a list of texts, but it is {_short(repr(value))}",
            where=f"{row.place}, {name}",
            remedy="mend this row",
        )
    return tuple(map(str, turns))


def _no_field(what: str, names: Sequence[str], row: Row) -> BadInput:
    return BadInput(
        f"this row does not say {what}: it has the keys {', '.join(map(repr, row.data)) or '(none)'}",
        where=row.place,
        remedy=f"name it with one of {', '.join(dict.fromkeys(names))}",
    )
