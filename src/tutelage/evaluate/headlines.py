"""The figures that tell a bench in a line, out of what it made of a model: each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple

# The figure, where its interval stands, and what it is called. "interval" belongs to the first of them alone.
_KNOWN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("lc_win_rate", ("lc_interval",), "length-controlled win rate, %"),
    ("adjusted_win_rate", ("interval",), "win rate with ties as half, %"),
    ("beat_rate", ("interval",), "beat rate, %"),
    ("win_rate", ("interval",), "win rate, %"),
    ("score", ("interval",), "mean grade"),
    ("reward", ("interval",), "reward"),
    ("accuracy", ("interval",), "accuracy"),
    ("prompt_strict", ("intervals", "prompt_strict"), "prompts kept, strict"),
    ("instruction_strict", ("intervals", "instruction_strict"), "instructions kept, strict"),
    ("loss_per_token", ("loss_per_token_interval",), "loss per token, nats"),
    ("loss_per_byte", ("loss_per_byte_interval",), "loss per byte, nats"),
    ("match", ("match_interval",), "match"),
)
_MAIN = ("adjusted_win_rate", "beat_rate", "win_rate", "score", "reward", "accuracy", "strict", "match")
_GROUPS = ("categories", "task_categorized_scores", "task_rewards", "types")


class Headline(NamedTuple):
    """One figure of a model; ``low`` and ``high`` are ``None`` where it has no interval."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def headlines(figures: Mapping[str, Any]) -> list[Headline]:
    """What is told of a model in a line, most telling first; of an unknown bench all plain figures."""
    found = []
    interval_taken = False
    for key, place, name in _KNOWN:
        value = number_of(figures.get(key))
        if value is None:
            continue
        if key == "lc_win_rate" and figures.get("lc_formula") == "minimal":
            name = "length-controlled win rate (minimal formula), %"
        low = high = None
        if place != ("interval",) or not interval_taken:
            low, high = _interval(figures, place)
            interval_taken = interval_taken or place == ("interval",)
        found.append(Headline(name, value, low, high))
    if found:
        return found
    plain = {key: number_of(value) for key, value in figures.items()}
    return [Headline(key.replace("_", " "), value) for key, value in plain.items() if value is not None]


def by_category(figures: Mapping[str, Any]) -> dict[str, tuple[float | None, int | None]]:
    """The main figure and the number of questions of each category, where the bench tells them."""
    for key in _GROUPS:
        groups = figures.get(key)
        if isinstance(groups, Mapping) and groups:
            return {str(name): _group(each) for name, each in groups.items()}
    return {}


def number_of(value: Any) -> float | None:
    """``value`` where it is a number that can be shown."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        return None
    return float(value)


def _group(each: Any) -> tuple[float | None, int | None]:
    if not isinstance(each, Mapping):
        return number_of(each), None
    value = next((number_of(each[key]) for key in _MAIN if key in each), None)
    n = number_of(each.get("n", each.get("graded")))
    return value, None if n is None else int(n)


def _interval(figures: Mapping[str, Any], place: tuple[str, ...]) -> tuple[float | None, float | None]:
    value: Any = figures
    for part in place:
        value = value.get(part) if isinstance(value, Mapping) else None
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None, None
    return number_of(value[0]), number_of(value[1])
