"""A rubric: criteria with a scale, put to a judge in words, and the scores read from what it replies.

Every criterion has two wordings per language. Consecutive judgings differ in the wording and in the order of
the criteria, in which part of the example comes first, and in the sentences around it, so that two equal
scores say more than the same question asked twice would (judges lean towards what comes first).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.prompts import load, material
from tutelage.replies import Unreadable, json_in, number, unwrap

FOLDER = "quality"
STEPS = ("first", "second")
RATIONALE_MOST = 300  # characters kept of a rationale


@dataclass(frozen=True, slots=True)
class Grades:
    """One judging: a score for every criterion, and the judge's reason in a sentence."""

    scores: Mapping[str, float]
    rationale: str = ""

    @property
    def mean(self) -> float:
        """The mean over criteria."""
        return sum(self.scores.values()) / len(self.scores)


@dataclass(frozen=True)
class Rubric:
    """What is asked of an answer, from ``low`` to ``high``. ``own`` are criteria of the user by name.

    Raises:
        BadInput: an unknown criterion, or none at all.
    """

    criteria: tuple[str, ...]
    own: Mapping[str, str]
    low: int
    high: int
    prompts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = criteria_in("en")
        for name in self.criteria:
            if name not in known:
                raise BadInput(
                    f"there is no criterion called '{name}'",
                    where="quality.criteria",
                    remedy=f"{nearest(name, known)} A criterion of your own goes under own_criteria",
                )
        if not self.names:
            raise BadInput(
                "there is no criterion to judge by",
                where="quality.criteria",
                remedy=f"name one of: {', '.join(known)}",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The criteria in their order, each once."""
        return tuple(dict.fromkeys((*self.criteria, *self.own)))

    def question(self, judging: int, language: str, question: str, answer: str) -> str:
        """What is sent at the judging number ``judging`` (0, 1, …)."""
        wording = load(FOLDER, STEPS[judging % len(STEPS)], language, self.prompts)
        return wording.render(
            question=question,
            answer=answer,
            low=self.low,
            high=self.high,
            criteria=self._put(judging, language),
        )

    def again(self, judging: int, language: str, problem: str) -> str:
        """The request to reply once more, after a reply with a ``problem``."""
        wording = load(FOLDER, "again", language, self.prompts)
        return wording.render(
            problem=problem, low=self.low, high=self.high, criteria=self._put(judging, language)
        )

    def read(self, text: str) -> Grades:
        """The grades in a reply: a JSON object, or a line with a number for each criterion.

        Raises:
            Unreadable: ``no_scores`` names the criteria without a number on the scale.
        """
        given, rationale = _given(text)
        scores: dict[str, float] = {}
        for name in self.names:
            try:
                scores[name] = number(given[name.casefold()], self.low, self.high)
            except (KeyError, Unreadable):
                continue
        missing = [name for name in self.names if name not in scores]
        if missing:
            raise Unreadable(
                "no_scores", f"no number from {self.low} to {self.high} for: {', '.join(missing)}"
            )
        return Grades(scores, " ".join(rationale.split())[:RATIONALE_MOST])

    def schema(self, judging: int) -> dict[str, Any]:
        """The JSON schema of a reply, for judges that can be held to one; scores in the order of asking."""
        scores = _closed({name: {"type": "number"} for name in self._order(judging)})
        return _closed({"rationale": {"type": "string"}, "scores": scores})

    def _order(self, judging: int) -> list[str]:
        """The criteria as this judging puts them: forwards, backwards, then from the next one on."""
        turned, back = divmod(judging, len(STEPS))
        start = turned % len(self.names)
        names = [*self.names[start:], *self.names[:start]]
        return names[::-1] if back else names

    def _put(self, judging: int, language: str) -> list[dict[str, str]]:
        """Name and meaning of every criterion."""
        shipped, wording = criteria_in(language), judging % len(STEPS)
        return [
            {"name": name, "meaning": self.own[name] if name in self.own else shipped[name][wording]}
            for name in self._order(judging)
        ]


def criteria_in(language: str) -> Mapping[str, Sequence[str]]:
    """The shipped criteria: name → its two wordings in ``language``."""
    found: Mapping[str, Sequence[str]] = material(FOLDER, "criteria.json", language)
    return found


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


_LINE = re.compile(r"^[\s>*_#•\-\"']*([^\n:：=]{1,60}?)[*_\"'\s]*[:：=]\s*(.+)$", re.MULTILINE)


def _given(text: str) -> tuple[dict[str, str], str]:
    """What a reply says of each criterion (by case-folded name), and its rationale."""
    try:
        found = json_in(text)
    except Unreadable:
        found = None
    if isinstance(found, Mapping):
        plain = {str(key).strip().casefold(): value for key, value in found.items()}
        scores = plain.get("scores", plain)
        if isinstance(scores, Mapping):
            said = {str(key).strip().casefold(): _value(value) for key, value in scores.items()}
            return said, str(plain.get("rationale", ""))
    lines = {name.strip().casefold(): value for name, value in _LINE.findall(text)}
    return lines, unwrap(lines.get("rationale", ""))


def _value(value: Any) -> str:
    """A score as text; ``{"score": 4, …}`` and true or false are taken for what they are."""
    if isinstance(value, Mapping):
        value = value.get("score", "")
    return "" if isinstance(value, bool) else str(value)
