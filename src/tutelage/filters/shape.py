"""Rows whose form alone says that they are no good: empty, cut off, refused, unfilled, looping, too short.

Rows written badly on purpose ruin a dataset out of proportion ("shirkers"; Kaur, Park, Goyal and Arora 2024),
and small models write many of them by accident. Every rule reads one turn: a question and its answer. All
turns of a conversation are read; the first fault ends the reading. The rules: docs/kinds/filters/shape.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import regex
from pydantic import Field

from tutelage.filters import phrases, repetition
from tutelage.filters.asked import composed
from tutelage.filters.endings import cut_off
from tutelage.filters.filter import Filter, Gate
from tutelage.filters.turns import Turn, turns
from tutelage.records import KEPT, Example, Verdict
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

_PICTURE = regex.compile(r"\p{So}")  # emoji: an answer in pictures is as long as one word
_FOLLOW_UP = 1  # words of a question that follows an answer: "Why?"


class Shape(Filter):
    """Settings of the filter ``shape``. Lengths are in words, characters in scripts without spaces."""

    kind: ClassVar[str] = "shape"
    memory: ClassVar[bool] = False
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
        rules: tuple[Callable[[Turn], Verdict], ...] = (
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
        for turn in turns(example):
            for rule in self._rules:
                verdict = rule(turn)
                if not verdict.keep and verdict.reason not in self._settings.skip:
                    return verdict
        return KEPT

    def _empty(self, turn: Turn) -> Verdict:
        part = "question" if not turn.question.strip() else "answer" if not turn.answer.strip() else ""
        return Verdict(False, "empty", detail=f"the {part} is empty") if part else KEPT

    def _ending(self, turn: Turn) -> Verdict:
        if turn.finish == "filter":
            return Verdict(False, "filtered", detail="the teacher's content filter ended the answer")
        if turn.finish == "length":
            return Verdict(False, "truncated", detail="the answer reached the limit of tokens")
        cut = cut_off(turn.answer) if turn.finish == "other" else ""
        return Verdict(False, "truncated", detail=cut) if cut else KEPT

    def _refusal(self, turn: Turn) -> Verdict:
        return _fault("refusal", phrases.refusal(turn.answer), "answer")

    def _label(self, turn: Turn) -> Verdict:
        asking = phrases.leftover_label(turn.instruction)
        if asking:
            return _fault("leftover_label", asking, "question")
        return _fault("leftover_label", phrases.leftover_label(turn.answer, question=turn.question), "answer")

    def _placeholder(self, turn: Turn) -> Verdict:
        asking = phrases.slot_in_question(turn.instruction)
        if asking:
            return _fault("placeholder", asking, "question")
        return _fault("placeholder", phrases.slot_in_answer(turn.answer, turn.question), "answer")

    def _echo(self, turn: Turn) -> Verdict:
        if normalise(turn.answer) in (normalise(turn.instruction), normalise(turn.question)):
            return Verdict(False, "echo", 1.0, "the answer is the question")
        return KEPT

    def _repetition(self, turn: Turn) -> Verdict:
        for part, text in (("instruction", turn.instruction), ("answer", turn.answer)):
            share = repetition.repeated_share(text)
            if share > self._settings.repeated_share:
                return Verdict(False, "repeated_lines", share, f"{share:.0%} of the {part} repeats itself")
        return _fault("repeated_lines", repetition.loop(turn.answer), "answer", share)

    def _length(self, turn: Turn) -> Verdict:
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

    def _least(self, turn: Turn) -> int:
        least = self._settings.composed_min if composed(turn.instruction) else 0
        return max(self._settings.answer_min, least)


def _fault(reason: Check, found: str, part: str, score: float | None = None) -> Verdict:
    """A refusal that quotes what was ``found`` in a part of the turn, or keep where nothing was."""
    return Verdict(False, reason, score, f"{part}: {found[:120]!r}") if found else KEPT
