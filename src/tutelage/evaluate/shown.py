"""Answers next to each other, with what the judge said: drawn by seed, telling ones first.

From each pair come, in turn, a question where the judge's two orders disagree, one that the first model wins,
and one that the second wins; ties fill what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from tutelage.draw import draw
from tutelage.evaluate.bench import Judgement
from tutelage.evaluate.comparing import Study
from tutelage.evaluate.orders import paired
from tutelage.evaluate.pairs import Pair

MOST = 4000  # characters of an answer that are shown
_MOST_SAID = 1500  # of what a judge said
_OUTCOMES = {"orders disagree": 0, "wins": 1, "loses": 2, "tie": 3}


@dataclass(frozen=True, slots=True)
class Text:
    """``text`` as far as it is shown; ``left`` characters more there are."""

    text: str
    left: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What the judge said of one model, and in which order it saw the answers."""

    model: str
    value: float | None
    order: str
    text: Text


@dataclass(frozen=True, slots=True)
class Shown:
    """One question: what each of the two answered, and what the judge made of it. ``outcome`` is the first
    model's."""

    question: str
    asked: Text
    outcome: str
    difference: float
    answers: tuple[tuple[str, Text | None], ...]
    said: tuple[Said, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, by id: the texts lie in the evaluations."""
        return {"question": self.question, "outcome": self.outcome, "difference": self.difference}


def examples(study: Study, pair: Pair, *, most: int, seed: int) -> list[Shown]:
    """At most ``most`` questions of ``pair``. Equal evidence and seed show equal questions."""
    names = (pair.found.model, pair.found.other)
    of_pair = [each for each in study.judgements if each.model in names]
    split = {each.question for each in paired(of_pair) if _split(each.judgements)}
    groups: dict[str, list[str]] = {name: [] for name in _OUTCOMES}
    for question, difference in pair.differences.items():
        groups[_outcome(difference, question in split)].append(question)
    place = f"compare/{study.bench}/{names[0]}/{names[1]}"
    for name, questions in groups.items():
        draw(seed, f"{place}/{name}").shuffle(questions)
    *telling, ties = groups.values()
    turns = [each for row in zip_longest(*telling) for each in row if each is not None]
    chosen = [*turns, *ties][:most]
    order = sorted(chosen, key=lambda each: _OUTCOMES[_outcome(pair.differences[each], each in split)])
    return [_shown(study, pair, question, of_pair, question in split) for question in order]


def _outcome(difference: float, split: bool) -> str:
    if split:
        return "orders disagree"
    return "wins" if difference > 0 else "loses" if difference < 0 else "tie"


def _split(judgements: Sequence[Judgement]) -> bool:
    """Whether the two orders name different winners."""
    if not judgements[0].baseline:
        return False
    sides = [each.value - 0.5 for each in judgements if each.value is not None]
    return bool(sides) and min(sides) < 0 < max(sides)


def _shown(study: Study, pair: Pair, question: str, judgements: Sequence[Judgement], split: bool) -> Shown:
    names = (pair.found.model, pair.found.other)
    answers = []
    for name in names:
        answer = study.answers.get(name, {}).get(question)
        answers.append((name, _cut("\n\n".join(answer.turns)) if answer is not None else None))
    difference = pair.differences[question]
    said = tuple(
        Said(each.model, each.value, _order(each), _cut(each.raw, _MOST_SAID))
        for each in judgements
        if each.question == question and each.judge != "rule"
    )
    asked = _cut(study.texts.get(question, ""))
    return Shown(question, asked, _outcome(difference, split), difference, tuple(answers), said)


def _order(each: Judgement) -> str:
    if not each.baseline:
        return f"turn {each.turn}" if each.turn else ""
    first, second = (each.model, each.baseline) if each.swapped else (each.baseline, each.model)
    return f"saw {first} first, then {second}"


def _cut(text: str, most: int = MOST) -> Text:
    return Text(text[:most], max(0, len(text) - most))
