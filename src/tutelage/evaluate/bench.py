"""The contract of a bench: questions, how a student is asked, how answers are graded, what it comes to.

    questions()                              → questions         each with an id
    answer(question, ask)                    → answer            the student's turns
    judge(question, answer, baseline, ask)   → judgements        of a judge, or by rule
    figures(evidence)                        → figures           from the record alone: no model is asked

Everything is joined by the question's id, never by a row's place. The published format of the bench is read
by ``recorded`` and written by ``record``, so that results are exchanged with the original implementation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from tutelage.asking import Ask
from tutelage.errors import BadInput
from tutelage.plugins import Kind
from tutelage.records import Finish, Message, assistant, user


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``turns`` is what the user says, turn by turn; ``context`` what was said before.

    ``references`` has one text for each turn, or none. ``facts`` is what the bench alone understands: a
    checklist, the constraints to check, the options, the row of the official file.
    """

    id: str
    turns: tuple[str, ...]
    context: tuple[Message, ...] = ()
    category: str = ""
    references: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered: one text for each turn of the question."""

    question: str
    model: str
    turns: tuple[str, ...]
    finish: Finish = "stop"
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The last turn."""
        return self.turns[-1] if self.turns else ""


CALL_FAILED = "call_failed"  # the fact "problem" of a judgement for which the judge did not answer


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict on one answer, stored raw.

    ``value`` is the judge's figure: a grade, or in a comparison the preference for ``model`` in [0, 1] with
    the order already undone; ``None`` where nothing could be read from ``raw``. ``swapped`` tells that the
    model's answer was shown first.
    """

    question: str
    model: str
    value: float | None
    baseline: str = ""
    judge: str = ""
    turn: int = 0
    swapped: bool = False
    raw: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """All that figures are made of. ``answers`` is by model and question id; ``notes`` are what a person
    should know of how it was read (ids that met no question, rows given twice, lines not understood)."""

    questions: Mapping[str, Question] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    judgements: Sequence[Judgement] = ()
    baseline: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Figures:
    """What a bench comes to. ``models`` has JSON-able figures by model; ``details`` whatever else a report
    shows (categories, pairs of models, the judge's habits); ``lines`` are sentences for a person."""

    bench: str
    models: Mapping[str, Mapping[str, Any]]
    details: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "bench": self.bench,
            "models": {name: dict(figures) for name, figures in self.models.items()},
            **self.details,
            "notes": list(self.lines),
        }


@dataclass(frozen=True)
class Measure:
    """What each model reached on each question.

    ``values`` are by model and question id, from ``low`` to ``high`` (infinite: no scale, and so no margin
    within which models are equally good); ``None`` where there is no figure. ``versus`` is the baseline that
    all were compared with, if there is one: the middle of the scale then means "as good as it". With
    ``sizes`` a question weighs as much as it says there, as the bytes of an answer do for the loss per byte.
    """

    name: str
    values: Mapping[str, Mapping[str, float | None]]
    low: float = 0.0
    high: float = 100.0
    higher_is_better: bool = True
    versus: str = ""
    sizes: Mapping[str, float] = field(default_factory=dict)


class Bench(Kind, ABC):
    """The settings of a bench.

    ``judged`` tells that a judge is asked, ``paired`` that answers are compared with those of a baseline.
    ``headline`` names the figures that are told first, in their order.
    """

    headline: ClassVar[tuple[str, ...]] = ()
    judged: ClassVar[bool] = False
    paired: ClassVar[bool] = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The abilities that its judge must have."""
        return ("chat",) if self.judged else ()

    @property
    def student_needs(self) -> tuple[str, ...]:
        """The abilities that a student must have."""
        return ("chat",)

    @abstractmethod
    def questions(self) -> Sequence[Question]:
        """The questions, in the order of their file; ids differ.

        Raises:
            BadInput: the file is missing, damaged, or of another bench.
        """

    async def answer(self, question: Question, ask: Ask) -> Answer:
        """Put ``question`` to a student, turn after turn.

        Raises:
            CallFailed: the student did not answer.
        """
        said = list(question.context)
        turns: list[str] = []
        finish: Finish = "stop"
        for number, text in enumerate(question.turns):
            said.append(user(text))
            reply = await ask(said, turn=f"turn-{number + 1}")
            said.append(assistant(reply.text))
            turns.append(reply.text)
            finish = reply.finish
        return Answer(question.id, ask.name, tuple(turns), finish)

    @abstractmethod
    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """Grade one answer. ``ask`` reaches the judge and is ``None`` for a bench that asks none.

        Raises:
            CallFailed: the judge did not answer.
        """

    @abstractmethod
    def figures(self, evidence: Evidence) -> Figures:
        """What the evidence comes to.

        Raises:
            BadInput: nothing of it can be counted.
        """

    def measured(self, evidence: Evidence) -> Sequence[Measure]:
        """What models are compared by, question by question; none where the bench has no such figure.

        Raises:
            BadInput: as :meth:`figures`.
        """
        return ()

    def default_baseline(self) -> tuple[str, Mapping[str, Answer]]:
        """The name and answers of the baseline that the bench itself brings, or an empty name and none.

        Raises:
            BadInput: the file of its answers cannot be read.
        """
        return "", {}

    def recorded(self, paths: Sequence[Path]) -> Evidence:
        """Judgements from files of the published format.

        Raises:
            BadInput: the bench has no such format, or a file is not of it.
        """
        raise BadInput(
            f"the bench '{self.kind}' has no published format for recorded judgements",
            where=", ".join(map(str, paths)),
            remedy="give answers with --answers, or a model with --student",
        )

    def record(self, evidence: Evidence, folder: Path) -> Sequence[Path]:
        """Write the evidence in the published format, where there is one; returns the files written."""
        return ()
