"""How hard the examples are, as far as counting tells: what each asks for at once, and how long it is.

Counts are no grades. A student's loss on the answer says more, and is told where somebody gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutelage.analysis.coverage import things
from tutelage.analysis.figures import Summary, summary
from tutelage.records import Example
from tutelage.text import words

NO_STUDENT = "no student was given"


@dataclass(frozen=True, slots=True)
class DifficultyReport:
    """Summaries over the examples that tell: ``n`` of each says how many those are.

    ``skills`` and ``constraints`` are numbers per example, ``question_words`` and ``answer_words`` words as a
    reader counts them (characters in scripts without spaces), ``answer_characters`` code points, ``turns``
    user turns. ``loss`` is a student's mean loss on the answer in nats a token, ``None`` where no student was
    given.
    """

    skills: Summary
    constraints: Summary
    question_words: Summary
    answer_words: Summary
    answer_characters: Summary
    turns: Summary
    loss: Summary | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields; without a student ``loss`` is null and ``loss_note`` says why."""
        return {
            "skills": self.skills.as_dict(),
            "constraints": self.constraints.as_dict(),
            "question_words": self.question_words.as_dict(),
            "answer_words": self.answer_words.as_dict(),
            "answer_characters": self.answer_characters.as_dict(),
            "turns": self.turns.as_dict(),
            "loss": self.loss.as_dict() if self.loss else None,
            "loss_note": "" if self.loss else NO_STUDENT,
        }


def measure_difficulty(
    examples: Sequence[Example], losses: Mapping[str, float] | None = None
) -> DifficultyReport:
    """The difficulty of ``examples``; ``losses`` maps the ids of examples to a student's loss on their
    answers, and may leave some out. Answers that are empty are counted as of length 0."""
    return DifficultyReport(
        skills=summary(_known(skills_of(each) for each in examples)),
        constraints=summary(_known(constraints_of(each) for each in examples)),
        question_words=summary(words(_question(each)) for each in examples),
        answer_words=summary(words(each.output) for each in examples),
        answer_characters=summary(len(each.output) for each in examples),
        turns=summary(sum(turn.role == "user" for turn in each.messages) for each in examples),
        loss=None if losses is None else summary(losses[each.id] for each in examples if each.id in losses),
    )


def skills_of(example: Example) -> int | None:
    """How many skills the example was to exercise: those of its cell, else the leaves of its tree; ``None``
    where neither is told."""
    for key in ("skills", "leaves"):
        if key in example.cell:
            return len(things(key, example.cell[key]))
    return None


def constraints_of(example: Example) -> int | None:
    """How many constraints its answer must satisfy: those of its lineage, else the families in its cell;
    ``None`` where neither is told."""
    told = example.lineage.get("constraints")
    if isinstance(told, (list, tuple)):
        return len(told)
    if "constraints" in example.cell:
        return len(things("constraints", example.cell["constraints"]))
    return None


def _known(values: Iterable[int | None]) -> list[int]:
    return [value for value in values if value is not None]


def _question(example: Example) -> str:
    return f"{example.instruction}\n{example.input}" if example.input else example.instruction
