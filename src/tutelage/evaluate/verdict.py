"""The sentence that answers "is it better?", by rules that are fixed beforehand.

    1  nothing in common, or fewer than 5 questions      → cannot be compared
    2  the judge is not fit (see evaluate/fitness.py)    → the comparison shows nothing about quality
    3  the interval of the difference lies above 0       → better, by so much
       … lies below 0                                    → worse, by so much
    4  it lies within ± margin                           → as good, within the margin
    5  else                                              → no difference shown, and what could have been seen

A verdict never rests on the point estimate. The rules are those of a two-sided test at the interval's level,
with equivalence declared by the two one-sided tests of Schuirmann (1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tutelage.evaluate.fitness import Fitness

Word = Literal["better", "worse", "as good", "no difference shown", "not comparable", "judge not fit"]

FEWEST = 5  # questions in common below which nothing is said
MARGIN = 2.0  # points within which two models count as equally good


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the questions that both answered, in points of the bench's measure.

    ``detectable`` is the smallest difference that the study could have seen with a power of 80 %;
    ``judge`` whether the judge is fit, ``None`` where rules grade or nobody looked.
    """

    model: str
    other: str
    measure: str
    difference: float
    low: float
    high: float
    questions: int
    detectable: float | None = None
    judge: Fitness | None = None
    higher_is_better: bool = True
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word, and the sentence that a report shows."""

    word: Word
    sentence: str


def verdict(found: Comparison, *, margin: float = MARGIN) -> Verdict:
    """What may be said of ``found``; see the module for the rules."""
    pair = f"{found.model} and {found.other}"
    if found.questions < FEWEST:
        return Verdict(
            "not comparable",
            f"{pair} cannot be compared: they share {found.questions} questions, and it takes {FEWEST}.",
        )
    span = f"{100 * found.level:.4g} % interval {found.low:+.2f} to {found.high:+.2f}, n = {found.questions}"
    if found.judge is not None and not found.judge.fit:
        return Verdict(
            "judge not fit",
            f"The judge is not fit to judge ({'; '.join(found.judge.reasons)}), so the"
            f" difference of {found.difference:+.2f} in {found.measure} ({span}) says nothing about quality.",
        )
    word = _word(found, margin)
    if word in ("better", "worse"):
        return Verdict(
            word,
            f"{found.model} is {word} than {found.other}: {found.difference:+.2f} in {found.measure}"
            f" ({span}).",
        )
    if word == "as good":
        return Verdict(
            word,
            f"{found.model} is as good as {found.other} within {margin:g} in {found.measure} ({span}).",
        )
    seen = (
        ""
        if found.detectable is None
        else f" The study could have seen a difference of {found.detectable:.2f}."
    )
    return Verdict(
        word,
        f"No difference between {pair} was shown: {found.difference:+.2f} in {found.measure} ({span}).{seen}",
    )


def _word(found: Comparison, margin: float) -> Word:
    low, high = (found.low, found.high) if found.higher_is_better else (-found.high, -found.low)
    if low > 0:
        return "better"
    if high < 0:
        return "worse"
    return "as good" if -margin < low and high < margin else "no difference shown"
