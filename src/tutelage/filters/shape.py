"""Rows whose form alone says that they are no good: empty, cut off, refused, unfilled, looping, too short.

Rows written badly on purpose ruin a dataset out of proportion ("shirkers"; Kaur, Park, Goyal and Arora 2024),
and small models write many of them by accident. Every rule reads one turn: a question and its answer. All
turns of a conversation are read; the first fault ends the reading. The rules: docs/kinds/filters/shape.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import ClassVar, Literal, NamedTuple

import regex
from pydantic import Field

from tutelage.filters import phrases, repetition
from tutelage.filters.filter import Filter, Gate
from tutelage.records import KEPT, Example, Finish, Verdict
from tutelage.text import normalise, words

Check = Literal[
    "empty",
    "filtered",
    "truncated",
    "refusal",
    "leftover_label",
    "placeholder",
    "echo",
    "repeated_lines",
    "too_short",
    "too_long",
]

# A question that opens so wants composed text or code; "42" or "True" does not answer it …
_COMPOSE = re.compile(
    r"^\W*(?:please |can you |could you |now )*(?:write|compose|draft|explain|describe|elaborate|discuss|"
    r"develop|tell me (?:a|the) story)\b|"
    r"^\W*(?:请|帮我|请你|请帮我)*(?:写|撰写|编写|解释|描述|阐述|讨论|论述|详细)",
    re.IGNORECASE,
)
# … unless it wants something small.
_SMALL = re.compile(
    r"\b(?:sentences?|words?|titles?|names?|headlines?|slogans?|taglines?|captions?|numbers?|numerals?|short|"
    r"brief(?:ly)?|list|symbols?|formulas?|equations?|expressions?|commands?|query|regex|emojis?|hello|one|single|"
    r"as)\b|词|句|标题|名|口号|数|公式|符号|简短|简要|命令|表达式",
    re.IGNORECASE,
)
_FOLLOW_UP = 1  # words of a question that follows an answer: "Why?"
_LIKELY_WHOLE = 20  # words up to which an answer that ends oddly may still be whole
_OPEN_END = re.compile(r"(?:[,;:(\[{，、；：（【]|\s(?:the|a|an|and|or|of|with|because|whose|than))$")
_PICTURE = regex.compile(r"\p{So}")  # emoji: an answer in pictures is as long as one word
_FENCE = re.compile(r"^\s*```", re.MULTILINE)


class _Turn(NamedTuple):
    """A question and its answer; ``instruction`` is the question without its input; ``finish`` is why the
    answer ended, ``other`` where nobody knows; ``opens`` a conversation, or follows an answer."""

    question: str
    instruction: str
    answer: str
    finish: Finish
    opens: bool = True


class Shape(Filter):
    """Settings of the filter ``shape``. Lengths are in words, characters in scripts without spaces."""

    kind: ClassVar[str] = "shape"
    paper: ClassVar[str] = "Kaur et al. 2024, Instruct-SkillMix (the harm of shirkers)"

    question_min: int = Field(default=2, ge=0, description="fewest words of a question, its input included")
    instruction_max: int = Field(
        default=500, ge=1, description="most words of an instruction, its input aside"
    )
    answer_min: int = Field(default=1, ge=0, description="fewest words of any answer")
    composed_min: int = Field(default=6, ge=0, description="fewest words of an answer that was to be written")
    answer_max: int = Field(default=4000, ge=1, description="most words of an answer")
    repeated_share: float = Field(
        default=0.5, gt=0, le=1, description="share of repeated lines or n-grams refused"
    )
    skip: tuple[Check, ...] = Field(default=(), description="reason codes that are not checked")

    def start(self) -> Gate:
        """A gate without memory."""
        return _ShapeGate(self)


class _ShapeGate(Gate):
    def __init__(self, settings: Shape) -> None:
        self._settings = settings
        rules: tuple[Callable[[_Turn], Verdict], ...] = (
            self._empty,
            self._ending,
            self._refusal,
            self._label,
            self._placeholder,
            self._echo,
            self._repetition,
            self._length,
        )
        self._rules = rules

    def judge(self, example: Example) -> Verdict:
        """The first fault of the first faulty turn, or keep."""
        for turn in _turns(example):
            for rule in self._rules:
                verdict = rule(turn)
                if not verdict.keep and verdict.reason not in self._settings.skip:
                    return verdict
        return KEPT

    def _empty(self, turn: _Turn) -> Verdict:
        part = "question" if not turn.question.strip() else "answer" if not turn.answer.strip() else ""
        return Verdict(False, "empty", detail=f"the {part} is empty") if part else KEPT

    def _ending(self, turn: _Turn) -> Verdict:
        if turn.finish == "filter":
            return Verdict(False, "filtered", detail="the teacher's content filter ended the answer")
        if turn.finish == "length":
            return Verdict(False, "truncated", detail="the answer reached the limit of tokens")
        cut = _cut_off(turn.answer) if turn.finish == "other" else ""
        return Verdict(False, "truncated", detail=cut) if cut else KEPT

    def _refusal(self, turn: _Turn) -> Verdict:
        return _fault("refusal", phrases.refusal(turn.answer), "answer")

    def _label(self, turn: _Turn) -> Verdict:
        asking = phrases.leftover_label(turn.instruction)
        if asking:
            return _fault("leftover_label", asking, "question")
        return _fault("leftover_label", phrases.leftover_label(turn.answer, question=turn.question), "answer")

    def _placeholder(self, turn: _Turn) -> Verdict:
        asking = phrases.slot_in_question(turn.instruction)
        if asking:
            return _fault("placeholder", asking, "question")
        return _fault("placeholder", phrases.slot_in_answer(turn.answer, turn.question), "answer")

    def _echo(self, turn: _Turn) -> Verdict:
        if normalise(turn.answer) in (normalise(turn.instruction), normalise(turn.question)):
            return Verdict(False, "echo", 1.0, "the answer is the question")
        return KEPT

    def _repetition(self, turn: _Turn) -> Verdict:
        for part, text in (("instruction", turn.instruction), ("answer", turn.answer)):
            share = repetition.repeated_share(text)
            if share > self._settings.repeated_share:
                return Verdict(False, "repeated_lines", share, f"{share:.0%} of the {part} repeats itself")
        return _fault("repeated_lines", repetition.loop(turn.answer), "answer", share)

    def _length(self, turn: _Turn) -> Verdict:
        limits = self._settings
        for part, text, least in (
            ("question", turn.question, limits.question_min if turn.opens else _FOLLOW_UP),
            ("answer", turn.answer, self._least(turn)),
        ):
            count = words(text) or len(_PICTURE.findall(text))
            if count < least:
                return Verdict(False, "too_short", count, f"{part} of {count} words, least {least}")
        for part, text, most in (
            ("instruction", turn.instruction, limits.instruction_max),
            ("answer", turn.answer, limits.answer_max),
        ):
            if words(text) > most:
                return Verdict(False, "too_long", words(text), f"{part} of {words(text)} words, most {most}")
        return KEPT

    def _least(self, turn: _Turn) -> int:
        composed = _COMPOSE.search(turn.instruction) and not _SMALL.search(turn.instruction)
        return max(self._settings.answer_min, self._settings.composed_min if composed else 0)


def _fault(reason: Check, found: str, part: str, score: float | None = None) -> Verdict:
    """A refusal that quotes what was ``found`` in a part of the turn, or keep where nothing was."""
    return Verdict(False, reason, score, f"{part}: {found[:120]!r}") if found else KEPT


def _cut_off(answer: str) -> str:
    """Why an answer seems to end before its end; only signs that a whole answer hardly shows."""
    if len(_FENCE.findall(answer)) % 2:
        return "a block of code is not closed"
    end = answer.rstrip()
    if words(end) > _LIKELY_WHOLE and _OPEN_END.search(end):
        return f"ends with {end[-30:]!r}"
    return ""


def _turns(example: Example) -> Iterator[_Turn]:
    """Every question with its answer; a last question that nobody answered has an empty answer.

    An example knows why its last answer ended; of the earlier ones nobody knows.
    """
    asked = ""
    opens = True
    waiting: _Turn | None = None  # an answer is known to be an earlier one when another message comes
    for message in example.messages:
        if waiting:
            yield waiting
            waiting, opens = None, False
        if message.role == "user":
            asked = message.content
        elif message.role == "assistant":
            waiting = _Turn(asked, asked, message.content, "other", opens)
    answer = waiting.answer if waiting else ""
    yield _Turn(asked, example.instruction, answer, example.finish, opens)
