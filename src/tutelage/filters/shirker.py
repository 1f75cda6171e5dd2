"""Answers without effort ("shirkers"): too short for the question, refused, evaded, cut off, generic,
restated, one template for all, or long and empty.

One fifth of such answers undoes much of what a dataset teaches (Kaur, Park, Goyal and Arora 2024). The
filter weighs features that need no model (``effort.py``) in a logistic model whose weights were calibrated on
labelled injections (``injections.py``, ``benchmarks/shirker.py``). No weight is negative, so the fault that
weighs most is the reason. All turns of a conversation are read; the worst decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal, NamedTuple, get_args

from pydantic import Field

from tutelage.filters.effort import Feature, features, language
from tutelage.filters.filter import Filter, Gate
from tutelage.filters.sameness import Skeletons
from tutelage.filters.shirker_weights import INTERCEPT, THRESHOLD, WEIGHTS
from tutelage.filters.turns import Turn, turns
from tutelage.records import Example, Verdict
from tutelage.text import words

Fault = Literal[
    "refusal", "evasion", "truncated", "template", "restates", "filler", "too_short", "empty_words"
]
FAULTS: tuple[Fault, ...] = get_args(Fault)

_FAULTS_OF: Mapping[Feature, tuple[Fault, ...]] = {
    "refusal": ("refusal",),
    "declined": ("refusal",),
    "evasion": ("evasion",),
    "open_end": ("truncated",),
    "alike": ("template",),
    "restated": ("restates",),
    "stock": ("filler", "empty_words"),
    # What every poor answer shows: it explains one only where nothing more telling does.
    "short": ("too_short",),
    "little": ("too_short", "filler", "empty_words"),
    "common": ("filler", "empty_words"),
}
_TELLING = 0.5  # value from which a feature that is not general names the fault, whatever else adds up
_GENERAL = frozenset({"short", "little", "common"})
_STUB = 5  # words up to which a generic answer is called short
_LONG = 60  # words from which generic talk is called empty words
_WORDS: Mapping[Fault, str] = {
    "refusal": "the answer refuses",
    "evasion": "the answer evades the question",
    "truncated": "the answer is cut off",
    "template": "the answer is a template that other answers have too",
    "restates": "the answer restates the question",
    "filler": "the answer is a stock sentence that fits any question",
    "too_short": "the answer is too short for the question",
    "empty_words": "the answer is long and says little",
}


class Shirker(Filter):
    """Settings of the filter ``shirker``."""

    kind: ClassVar[str] = "shirker"
    paper: ClassVar[str] = "Kaur et al. 2024, Instruct-SkillMix (the harm of shirkers)"

    threshold: float = Field(
        default=THRESHOLD, gt=0, lt=1, description="score from which an answer is refused"
    )
    kinds: tuple[Fault, ...] = Field(
        default=FAULTS, min_length=1, description="the faults that are looked for"
    )
    language: Literal["auto", "en", "zh"] = Field(
        default="auto",
        description="whose lists of words are used; auto: by the script and words of the question",
    )

    def start(self) -> Gate:
        """A gate that remembers the skeletons of the latest answers kept, at most 20,000."""
        return _ShirkerGate(self)


class _Judged(NamedTuple):
    """The score of one turn (0 to 1), its main fault and the language that its lists did not know."""

    score: float
    fault: Fault
    unlisted: str
    length: int


class _ShirkerGate(Gate):
    def __init__(self, settings: Shirker) -> None:
        self._settings = settings
        self._wanted = frozenset(settings.kinds)
        self._seen = Skeletons() if "template" in self._wanted else None

    def judge(self, example: Example) -> Verdict:
        """Refuse the example whose worst turn scores the threshold or more; the reason is its main fault.

        The score is in every verdict, also where the example is kept.
        """
        # An answer that is missing altogether is the filter shape's.
        judged = [self._of(turn) for turn in turns(example) if turn.answer.strip()]
        if not judged:
            return Verdict(True, detail="there is no answer to judge")
        worst = max(judged, key=lambda each: each.score)
        limit = self._settings.threshold
        detail = f"score {worst.score:.3f}, threshold {limit:g}"
        if worst.unlisted:
            detail += f"; {worst.unlisted} has no word lists: judged by features without a language"
        if worst.score < limit:
            return Verdict(True, score=worst.score, detail=detail)
        detail = f"{_WORDS[worst.fault]} ({worst.length} words); {detail}"
        return Verdict(False, worst.fault, worst.score, detail)

    def remember(self, example: Example) -> None:
        """``example`` was kept by every filter."""
        if self._seen is not None:
            for turn in turns(example):
                self._seen.remember(turn.instruction, turn.answer)

    def _of(self, turn: Turn) -> _Judged:
        chosen = self._settings.language
        name = language(turn) if chosen == "auto" else chosen
        listed = name in ("en", "zh")
        alike = self._seen.resemblance(turn.instruction, turn.answer) if self._seen is not None else 0.0
        found = features(turn, alike, listed=listed)
        heard = {
            each: value
            for each, value in found.items()
            if value and self._wanted.intersection(_FAULTS_OF[each])
        }
        length = words(turn.answer)
        score = 1 / (1 + math.exp(-(INTERCEPT + sum(WEIGHTS[each] * value for each, value in heard.items()))))
        return _Judged(score, self._fault(heard, length), "" if listed else name, length)

    def _fault(self, heard: Mapping[Feature, float], length: int) -> Fault:
        """The fault of the feature that weighs most; general features speak where no telling one does."""
        telling = [each for each, value in heard.items() if each not in _GENERAL and value >= _TELLING]
        main = max(telling or heard, key=lambda each: WEIGHTS[each] * heard[each], default=None)
        if main is None:
            return self._settings.kinds[0]
        possible = [fault for fault in _FAULTS_OF[main] if fault in self._wanted]
        fitting: Fault = "too_short" if length <= _STUB else "filler" if length < _LONG else "empty_words"
        return fitting if fitting in possible else possible[-1]
