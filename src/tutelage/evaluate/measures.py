"""What each model reached on each question: what two models can be compared by, whatever the bench.

A bench names its measures (:meth:`~tutelage.evaluate.bench.Bench.measured`); how the models differ in them,
and what may be said of it, is worked out in :mod:`tutelage.evaluate.conclusions`, the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import fsum
from typing import TypeVar

from tutelage.evaluate.bench import Measure
from tutelage.evaluate.orders import Paired

Seen = TypeVar("Seen")


def by_question(
    seen: Iterable[Seen], place: Callable[[Seen], tuple[str, str]], value: Callable[[Seen], float | None]
) -> dict[str, dict[str, float | None]]:
    """The mean of ``value`` by model and question (``place``).

    ``None`` where one of them is ``None``: what is left would be of other turns than another model's.
    """
    found: dict[str, dict[str, list[float | None]]] = {}
    for each in seen:
        model, question = place(each)
        found.setdefault(model, {}).setdefault(question, []).append(value(each))
    return {
        model: {question: _mean(values) for question, values in questions.items()}
        for model, questions in found.items()
    }


def of_pairs(
    pairs: Iterable[Paired],
    name: str,
    value: Callable[[Paired], float | None],
    *,
    low: float = 0.0,
    high: float = 100.0,
) -> Measure:
    """The measure ``name`` of judged answers, turns averaged. Where all of them are compared with the same
    baseline, the middle of the scale stands for "equal to it"."""
    pairs = list(pairs)
    baselines = {each.baseline for each in pairs}
    return Measure(
        name,
        by_question(pairs, lambda each: (each.model, each.question), value),
        low,
        high,
        versus=baselines.pop() if len(baselines) == 1 else "",
    )


def percent(value: float | None) -> float | None:
    """A share in percent."""
    return None if value is None else 100 * value


def known(values: Mapping[str, float | None]) -> dict[str, float]:
    """The questions that have a value."""
    return {question: value for question, value in values.items() if value is not None}


def _mean(values: list[float | None]) -> float | None:
    kept = [value for value in values if value is not None]
    return fsum(kept) / len(kept) if kept and len(kept) == len(values) else None
