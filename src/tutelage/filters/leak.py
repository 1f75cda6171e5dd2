"""Rows that hold a question of a benchmark or of the sealed test set, copied or edited.

A model tuned on its own exam proves nothing. The guard reads the exam's files and refuses every row whose
question is one of theirs, holds one, or is one with some words changed; :mod:`tutelage.filters.copies` says
how. Shared n-grams are the usual test (Brown et al. 2020, GPT-3, 13 words); it departs from it in that edited
copies, other notations of a number, short questions and Chinese are found too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PrivateAttr

from tutelage.filters.copies import Copy, CopyIndex
from tutelage.filters.filter import Filter, Gate
from tutelage.filters.questions import Questions, read_questions
from tutelage.records import KEPT, Example, Verdict
from tutelage.text import words

_SHOWN = 120  # characters of the question and of the shared stretch in a verdict


def _listed(value: Any) -> Any:
    """One path where a list is expected, for short."""
    return [value] if isinstance(value, (str, Path)) else value


class Leak(Filter):
    """Settings of the filter ``leak``.

    ``n`` counts words; a Chinese character is half a word. ``threshold`` is the share of a question, half by
    all its words and half by its telling ones, from which on a text is an edited copy of it.
    """

    kind: ClassVar[str] = "leak"
    paper: ClassVar[str] = "Brown et al. 2020, GPT-3, appendix C"
    memory: ClassVar[bool] = False

    files: Annotated[tuple[Path, ...], BeforeValidator(_listed)] = Field(
        min_length=1, description="files of questions that no row may hold: benchmarks, the sealed test set"
    )
    n: int = Field(default=8, ge=3, description="words in a row, shared with a question, that are a copy")
    threshold: float = Field(
        default=0.6, ge=0.5, le=1, description="share of a question that makes an edited copy"
    )
    answers: bool = Field(default=False, description="look for the questions in the answers too")

    _questions: Questions = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Read the files now, so that a wrong one is said before any work."""
        self._questions = read_questions(self.files)

    @property
    def questions(self) -> Questions:
        """What was read, with the places of empty questions, which are passed over."""
        return self._questions

    @cached_property
    def _index(self) -> CopyIndex:
        texts = (question.text for question in self._questions.found)
        return CopyIndex(texts, n=self.n, threshold=self.threshold)

    def start(self) -> Gate:
        """A gate without memory; the first one makes the index, which all share."""
        return _LeakGate(self, self._index)


class _LeakGate(Gate):
    def __init__(self, settings: Leak, index: CopyIndex) -> None:
        self._settings = settings
        self._index = index

    def judge(self, example: Example) -> Verdict:
        """Refuse with reason ``copy``, ``contains`` or ``near_copy``; the witness is the question's place."""
        for text in _texts(example, answers=self._settings.answers):
            found = self._index.find(text)
            if found:
                return self._refusal(found)
        return KEPT

    def _refusal(self, found: Copy) -> Verdict:
        question = self._settings.questions.found[found.question]
        detail = f"{found.score:.2f} of the question '{_short(question.text)}'"
        if found.reason != "copy":
            detail += f"; both say '{_short(_joined(found.shared))}'"
        return Verdict(False, found.reason, found.score, detail, witness=question.place)


def _texts(example: Example, *, answers: bool) -> Iterator[str]:
    """The user's turns, and the instruction where its input keeps it from being a question by itself."""
    roles = ("user", "assistant") if answers else ("user",)
    yield from (message.content for message in example.messages if message.role in roles)
    if example.input:
        yield example.instruction


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _joined(tokens: list[str]) -> str:
    """Tokens as a reader would write them: a space between two that would be one word without."""
    text = ""
    for token in tokens:
        text += f" {token}" if text and words(text[-1] + token[0]) == 1 else token
    return text
