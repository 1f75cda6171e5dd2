"""What a bench's judgements measure, as one figure for each model and question.

comparisons with a baseline   preference in [0, 1], averaged over orders and turns   → points of win rate
grades                        as given, averaged over turns                          → points of grade
verdicts by rule              1 right, 0 wrong or unreadable                         → points of accuracy
loss of known answers         nats, with the answer's length                         → nats per 1,000 bytes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from tutelage.evaluate.bench import Judgement
from tutelage.evaluate.orders import paired

SHARE = 0.02  # of a scale: two models that differ by surely less count as equally good


@dataclass(frozen=True, slots=True)
class Measure:
    """``low`` and ``high`` are the ends of the scale on which judgements lie, ``points`` what the whole of it
    is called in: 100 for a rate in percent. ``unreadable_is`` stands for a judgement that could not be
    read, where that is a failure of the model; else it is missing."""

    name: str
    low: float = 0.0
    high: float = 1.0
    points: float = 100.0
    unreadable_is: float | None = None
    compared: bool = False  # with a baseline, to which one half is equal
    loss: bool = False  # of known answers: less is better

    @property
    def margin(self) -> float:
        """Within which two models count as equally good; a loss has none."""
        return 0.0 if self.loss else SHARE * self.points


def measure_of(judgements: Sequence[Judgement]) -> Measure:
    """What these judgements of one bench measure."""
    values = [each.value for each in judgements if each.value is not None and isfinite(each.value)]
    if any(each.baseline for each in judgements):
        return Measure("percent points of win rate", compared=True)
    if not values and any("loss" in each.facts for each in judgements):
        return Measure("nats of loss per 1,000 bytes", loss=True)
    if values and (max(values) > 1 or min(values) < 0):
        low, high = min(1.0, *values), max(10.0, *values)
        return Measure("points of the judge's grade", low, high, high - low)
    ruled = bool(judgements) and all(each.judge == "rule" for each in judgements)
    known_only = any("loss" in each.facts or "bytes" in each.facts for each in judgements)
    return Measure("percent points of accuracy", unreadable_is=0.0 if ruled and not known_only else None)


def preferences(measure: Measure, judgements: Sequence[Judgement]) -> dict[str, dict[str, float | None]]:
    """By model and question the figure in [0, 1] on the scale of ``measure``, ``None`` where there is none.
    Orders are averaged first, then turns; of a question judged by half there is nothing."""
    found: dict[str, dict[str, list[float | None]]] = {}
    for pair in paired(judgements):
        value = pair.preference
        value = measure.unreadable_is if value is None else value
        found.setdefault(pair.model, {}).setdefault(pair.question, []).append(value)
    return {
        model: {question: _scaled(measure, turns) for question, turns in questions.items()}
        for model, questions in found.items()
    }


def _scaled(measure: Measure, turns: Sequence[float | None]) -> float | None:
    known = [turn for turn in turns if turn is not None and isfinite(turn)]
    if not known:
        return None
    return (sum(known) / len(known) - measure.low) / (measure.high - measure.low)


def losses(judgements: Sequence[Judgement]) -> dict[str, dict[str, tuple[float, float]]]:
    """By model and question the loss of the known answer in nats, and its length in bytes."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for each in judgements:
        loss, length = each.facts.get("loss"), each.facts.get("bytes")
        if not isinstance(loss, (int, float)) or not isinstance(length, (int, float)):
            continue
        if isfinite(loss) and length > 0:
            found.setdefault(each.model, {})[each.question] = (float(loss), float(length))
    return found


def lengths(judgements: Sequence[Judgement]) -> Mapping[str, dict[str, tuple[float, float]]]:
    """By model and question the characters of the model's answer and of the baseline's."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for each in judgements:
        mine, theirs = each.facts.get("len_model"), each.facts.get("len_baseline")
        if isinstance(mine, (int, float)) and isinstance(theirs, (int, float)):
            found.setdefault(each.model, {})[each.question] = (float(mine), float(theirs))
    return found
