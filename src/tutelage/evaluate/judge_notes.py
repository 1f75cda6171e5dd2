"""What is told of the judge beside any figure: habits, an empty answer that does not lose, failed calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tutelage.evaluate.bench import CALL_FAILED, Evidence, Figures, Judgement
from tutelage.evaluate.fitness import EACH_KIND
from tutelage.text import counted

FLIPS = 30.0  # percent of verdicts that change with the order, from which on a tie may be nothing but habit


def judge_notes(figures: Figures, judge: Figures | None, evidence: Evidence) -> list[str]:
    """The lines; ``judge`` is what the answers of known worth said, ``None`` where there were none."""
    found = figures.details.get("habits") or {}
    return [*habit_lines(found.get("all", found)), *_empty(judge), *_failures(evidence)]


def failed(evidence: Evidence) -> dict[str, int]:
    """How often the judge did not answer, by model."""
    return dict(Counter(each.model for each in evidence.judgements if _has_failed(each)))


def habit_lines(found: Mapping[str, Any]) -> list[str]:
    """Of :func:`~tutelage.evaluate.orders.habits`: the figures, and a warning where the order decides."""
    first, flips = found.get("first_position"), found.get("flip_rate")
    said = []
    if first is not None:
        said.append(f"the answer shown first won {first:.0f} % of the decided judgements")
    if flips is not None:
        said.append(
            f"the winner changed with the order in {flips:.0f} % of {found['both_orders']} comparisons"
        )
    lines = [f"judge: {'; '.join(said)}"] if said else []
    if flips is not None and flips >= FLIPS:
        lines.append(
            f"WARNING: in {flips:.0f} % of the comparisons the judge went by the order, not by the answers;"
            " rates near 50 then say nothing of quality"
        )
    return lines


def _empty(judge: Figures | None) -> list[str]:
    empty = judge.models.get("empty", {}) if judge else {}
    if not empty.get("n") or empty["detected"] >= EACH_KIND:
        return []
    return [
        f"WARNING: an empty answer lost on only {empty['detected']:.0%} of {counted(empty['n'], 'question')}:"
        " the figures of this judge say nothing of quality"
    ]


def _failures(evidence: Evidence) -> list[str]:
    reasons = Counter(
        each.raw.removeprefix("no judgement: ") for each in evidence.judgements if _has_failed(each)
    )
    return [f"the judge failed in {counted(n, 'judgement')}: {reason}" for reason, n in reasons.most_common()]


def _has_failed(each: Judgement) -> bool:
    return bool(each.facts.get("problem") == CALL_FAILED)
