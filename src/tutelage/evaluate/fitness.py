"""Is a judge fit to judge? One notion of it, for the check of judges, verdicts and comparisons.

    every kind of worse answer that was judged    60 % seen
    the worse answers that are not shorter        70 % seen: length alone does not tell them
    all kinds of worse answers together           80 % seen
    identical answers                             equal in 80 %
    polite filler                                 raises the preference by less than 25 points

All shares are of questions, each judged in both orders. A rule about answers that nobody judged is not
applied; a judge none of whose judgements could be read is not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

EACH_KIND = 0.6
ALL_KINDS = 0.8
NEUTRAL: Mapping[str, float] = {"swapped": 0.7}  # kinds that are no shorter on average, and so weigh more
EQUAL = 0.8
PADDING = 25.0


@dataclass(frozen=True, slots=True)
class Fitness:
    """Whether a judge may be used, and, where it may not, the rules that it failed."""

    reasons: tuple[str, ...] = ()

    @property
    def fit(self) -> bool:
        """No rule failed."""
        return not self.reasons

    @property
    def word(self) -> str:
        """``fit`` or ``not fit``."""
        return "fit" if self.fit else "not fit"

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {"word": self.word, "reasons": list(self.reasons)}


def fitness(kinds: Mapping[str, Mapping[str, Any]], details: Mapping[str, Any]) -> Fitness:
    """Whether the judge with these figures (of :func:`~tutelage.evaluate.canaries.judge_figures`: by kind
    ``n``, ``detected`` or ``equal``; over all ``sensitivity``, ``specificity``, ``length_bias``) is fit."""
    if not any(each["n"] for each in kinds.values()):
        return Fitness(("no judgement of an answer of known worth could be read",))
    return Fitness(tuple(_failed(kinds, details)))


def _failed(kinds: Mapping[str, Mapping[str, Any]], details: Mapping[str, Any]) -> Iterator[str]:
    sensitivity = details["sensitivity"]
    if sensitivity is not None and sensitivity < ALL_KINDS:
        yield f"it saw {sensitivity:.0%} of all worse answers, and {ALL_KINDS:.0%} are asked for"
    for kind, figures in kinds.items():
        seen, least = figures.get("detected"), NEUTRAL.get(kind, EACH_KIND)
        if seen is not None and seen < least:
            yield f"it saw {seen:.0%} of the worse answers '{kind}', and {least:.0%} are asked for"
    specificity = details["specificity"]
    if specificity is not None and specificity < EQUAL:
        yield f"it called only {specificity:.0%} of identical answers equal, and {EQUAL:.0%} are asked for"
    length = details["length_bias"]
    if length is not None and length >= PADDING:
        yield (
            f"polite filler raises its preference by {length:.0f} points, and less than {PADDING:.0f} are"
            " allowed: it rewards length"
        )
