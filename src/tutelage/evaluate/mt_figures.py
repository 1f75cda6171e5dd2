"""MT-Bench's figures of one model: mean grades, or win : tie : lose, by turn and category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import Any

from tutelage.evaluate.bench import Evidence
from tutelage.evaluate.canaries import PREFIX
from tutelage.evaluate.orders import Paired
from tutelage.evaluate.statistics.interval import bounded
from tutelage.evaluate.verdicts import HIGH, LOW
from tutelage.text import counted

# The ends of the scale of each mean, which its interval does not leave.
_SCALES = {"score": (LOW, HIGH), "adjusted_win_rate": (0.0, 100.0), "reward": (-100.0, 100.0)}


def single_figures(pairs: Sequence[Paired], evidence: Evidence) -> dict[str, Any]:
    """Grades from 1 to 10. ``score`` is the mean over all turns that were graded, as published; its error is
    over questions, whose turns belong together."""
    grades = [(each.question, each.turn, each.preference) for each in pairs]
    known = [(question, turn, grade) for question, turn, grade in grades if grade is not None]
    return {
        **mean_of(known, "score"),
        "turns": {
            str(turn): mean_of([each for each in known if each[1] == turn], "score")
            for turn in sorted({turn for _, turn, _ in grades if turn})
        },
        **_counts(pairs, evidence),
        "categories": {
            name: mean_of([each for each in known if each[0] in ids], "score")
            for name, ids in _categories(evidence, pairs).items()
        },
    }


def pair_figures(pairs: Sequence[Paired], evidence: Evidence) -> dict[str, Any]:
    """Wins, ties and losses over questions and turns, in which a disagreement of the two orders is a tie;
    ``win_rate`` leaves ties out of the wins, ``adjusted_win_rate`` counts them as half (both in percent)."""
    verdicts = [(each.question, each.turn, each.verdict) for each in pairs]
    known = [(question, turn, 100 * verdict) for question, turn, verdict in verdicts if verdict is not None]
    return {
        **_outcomes(known),
        "turns": {
            str(turn): _outcomes([each for each in known if each[1] == turn])
            for turn in sorted({each.turn for each in pairs if each.turn})
        },
        **_counts(pairs, evidence),
        "categories": {
            name: _outcomes([each for each in known if each[0] in ids])
            for name, ids in _categories(evidence, pairs).items()
        },
    }


def _outcomes(known: Sequence[tuple[str, int, float]]) -> dict[str, Any]:
    wins, ties = sum(value == 100 for *_, value in known), sum(value == 50 for *_, value in known)
    return {
        "win": wins,
        "tie": ties,
        "lose": len(known) - wins - ties,
        "win_rate": 100 * wins / len(known) if known else None,
        **mean_of(known, "adjusted_win_rate"),
    }


def mean_of(known: Sequence[tuple[str, int, float]], name: str) -> dict[str, Any]:
    """The mean of (question, turn, value), its error with questions as the independent units (ratio
    estimator, Cochran 1977, 6.4), a 95 % interval on the scale of ``name`` (of ``_SCALES``), and
    ``graded``, the number of values. One question alone has neither error nor interval."""
    if not known:
        return {name: None, "standard_error": None, "interval": None, "graded": 0}
    by_question: dict[str, list[float]] = {}
    for question, _, value in known:
        by_question.setdefault(question, []).append(value)
    mean, groups = fsum(value for *_, value in known) / len(known), len(by_question)
    error = interval = None
    if groups > 1:
        spread = fsum((fsum(values) - mean * len(values)) ** 2 for values in by_question.values())
        error = sqrt(spread * groups / (groups - 1)) / len(known)
        interval = bounded(mean, error, groups, *_SCALES[name]).as_list()
    return {name: mean, "standard_error": error, "interval": interval, "graded": len(known)}


def _counts(pairs: Sequence[Paired], evidence: Evidence) -> dict[str, Any]:
    """``n`` questions have a value in at least one turn; ``missing`` ones have none."""
    known = {each.question for each in pairs if each.preference is not None}
    unanswered = [
        each for each in pairs if any(one.facts.get("problem") == "no_answer" for one in each.judgements)
    ]
    unreadable = [each for each in pairs if each.preference is None]
    return {
        "n": len(known),
        "missing": len(evidence.questions or {each.question: None for each in pairs}) - len(known),
        "unreadable": len(unreadable) - len(unanswered),
        "unanswered": len(unanswered),
    }


def _categories(evidence: Evidence, pairs: Sequence[Paired]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in pairs:
        question = evidence.questions.get(each.question)
        if question and question.category:
            found.setdefault(question.category, set()).add(question.id)
    return found


def lines(models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a person should know of the counts."""
    said = []
    for model, figures in models.items():
        if model.startswith(PREFIX):
            continue  # asked on a few questions only, by intent
        if figures["unreadable"]:
            said.append(
                f"{model}: {counted(figures['unreadable'], 'judgement')} without a readable verdict, left out"
            )
        if figures["unanswered"]:
            said.append(f"{model}: {counted(figures['unanswered'], 'turn')} not answered, left out")
        if figures["missing"]:
            said.append(
                f"{model}: {figures['missing']} of {figures['n'] + figures['missing']} questions are missing"
            )
    return said
