"""People's verdicts on pairs of answers, from a file.

Each row is one verdict of one person:

    which question      id (question_id, …), or its text (question, instruction, prompt)
    which answers       model (and baseline); or the two texts themselves: answer_1 and answer_2
    which is better     preferred: a model's name, "model", "baseline", "first", "second", 1, 2, or "tie"
                        or value: 0 (the baseline, or the second) to 1 (the model, or the first)

Several verdicts on one pair are averaged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.evaluate.answers import ID_FIELDS, MODEL_FIELDS, TEXT_FIELDS
from tutelage.evaluate.bench import Answer, Question
from tutelage.evaluate.record_files import figure
from tutelage.records import digest
from tutelage.rows import Row, read_rows
from tutelage.text import counted

FIRST_FIELDS = ("answer_1", "output_1", "answer_a", "first")
SECOND_FIELDS = ("answer_2", "output_2", "answer_b", "second")
VERDICT_FIELDS = ("preferred", "preference", "winner", "label")
_TIES = ("tie", "draw", "equal", "both", "neither", "平局", "一样")
_FIRST, _SECOND = ("1", "first", "a", "answer_1", "output_1"), ("2", "second", "b", "answer_2", "output_2")
LABELLED, GOOD = "labelled", "good"  # who gave the first and the second of two answers
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Label:
    """One row. ``answers`` are the two texts, if the row has them; ``said`` is its verdict as it stands, and
    ``value`` a figure in its place."""

    place: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    model: str = ""
    baseline: str = ""
    answers: tuple[str, str] | None = None
    said: str = ""
    value: float | None = None

    def for_first(self) -> float:
        """The preference for the first of ``answers``.

        Raises:
            BadInput: the verdict names neither place.
        """
        if self.value is not None:
            return self.value
        found = of_place(self.said)
        if found is None:
            raise unread(self, ("first", "second", "tie"))
        return found


def read_labels(path: Path) -> list[Label]:
    """The verdicts in a file of any known format.

    Raises:
        BadInput: the file cannot be read, or a row names no question or has no verdict.
    """
    return [_label(row) for row in read_rows(path)]


def _label(row: Row) -> Label:
    ids = tuple(_text(row.data[name]) for name in ID_FIELDS if isinstance(row.data.get(name), str | int))
    texts = tuple(_text(row.data[name]) for name in TEXT_FIELDS if isinstance(row.data.get(name), str))
    if not ids and not texts:
        raise BadInput(
            f"this label does not say which question it is of: it has {', '.join(row.data)}",
            where=row.place,
            remedy=f"name it with one of {', '.join(dict.fromkeys((*ID_FIELDS, *TEXT_FIELDS)))}",
        )
    pair = [next((row.data[name] for name in names if isinstance(row.data.get(name), str)), None)
            for names in (FIRST_FIELDS, SECOND_FIELDS)]  # fmt: skip
    said = next((row.data[name] for name in VERDICT_FIELDS if row.data.get(name) not in (None, "")), None)
    value = figure(row.data.get("value"), 0, 1, f"{row.place}, value", text=True)
    if said is None and value is None:
        raise BadInput(
            "this label has no verdict",
            where=row.place,
            remedy='say "preferred": a model, "first", "second" or "tie"; or "value": from 0 to 1',
        )
    return Label(
        row.place,
        ids,
        texts,
        next((str(row.data[name]) for name in MODEL_FIELDS if row.data.get(name)), ""),
        str(row.data.get("baseline") or ""),
        (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None,
        _text(said) if said is not None else "",
        value,
    )


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def of_place(said: str) -> float | None:
    """The preference for the first answer that a verdict tells, ``None`` where it speaks of no place."""
    word = said.casefold()
    if word in _FIRST or word in _SECOND:
        return float(word in _FIRST)
    return 0.5 if word in (*_TIES, "1.5", "0") else None


def unread(label: Label, words: Sequence[str]) -> BadInput:
    """The complaint that a verdict is none of ``words``."""
    return BadInput(
        f"the verdict '{label.said[:_SHOWN]}' names none of the two answers",
        where=label.place,
        remedy=f"{nearest(label.said, words)}; known: {', '.join(words)}",
    )


@dataclass(frozen=True)
class LabelledPairs:
    """Pairs of answers that stand in the labels themselves: what a judge is asked about, and what people
    said. All is by the id of the question, which here stands for the pair."""

    questions: tuple[Question, ...]
    first: Mapping[str, Answer]
    second: Mapping[str, Answer]
    human: Mapping[str, float]
    notes: tuple[str, ...]


def labelled_pairs(labels: Sequence[Label]) -> LabelledPairs:
    """The pairs in ``labels``, each once, and people's mean preference for the first answer.

    Raises:
        BadInput: a label lacks the question's text or an answer, or its verdict names neither.
    """
    votes: dict[str, list[float]] = defaultdict(list)
    questions: dict[str, Question] = {}
    first: dict[str, Answer] = {}
    second: dict[str, Answer] = {}
    for label in labels:
        if label.answers is None or not label.texts:
            raise BadInput(
                "a judge is asked about the answers themselves, and this label has "
                + ("no two answers" if label.texts else "no text of the question"),
                where=label.place,
                remedy=f"give the columns {TEXT_FIELDS[0]}, {FIRST_FIELDS[0]} and {SECOND_FIELDS[0]}",
            )
        pair = digest(label.texts[0], *label.answers)
        questions[pair] = Question(pair, (label.texts[0],))
        first[pair], second[pair] = (
            Answer(pair, who, (text,)) for who, text in zip((LABELLED, GOOD), label.answers, strict=True)
        )
        votes[pair].append(label.for_first())
    several = sum(len(given) > 1 for given in votes.values())
    notes = (f"{counted(several, 'pair')} labelled more than once; averaged",) if several else ()
    human = {pair: fsum(given) / len(given) for pair, given in votes.items()}
    return LabelledPairs(tuple(questions.values()), first, second, human, notes)
