"""Every two models on the questions of both: how they differ in a measure, and what may be said of it.

    measures → pairs → difference, interval, sign test, smallest detectable difference → verdict

With k pairs each interval has the level 1 - 0.05/k (Bonferroni): all verdicts hold together with 95 %. A
model stands against the baseline of all by its distance from the middle of the scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import isfinite, sqrt
from typing import Any

from tutelage.evaluate.accuracy import ratio
from tutelage.evaluate.bench import Measure
from tutelage.evaluate.fitness import Fitness
from tutelage.evaluate.measures import known
from tutelage.evaluate.numbers import statistics
from tutelage.evaluate.verdict import MARGIN, Comparison, Verdict, verdict

MOST = 8  # models of which every two are compared; of more, each with the baseline or the best
_EQUAL = 1e-9  # a spread that is rounding alone
_ERROR = 0.05  # of all verdicts together


@dataclass(frozen=True)
class Pair:
    """Two models. ``differences`` is by question, positive where ``found.model`` is better, and ``signs``
    counts them; ``only`` has the questions of the one and of the other alone. ``controlled`` is the
    difference of the length-controlled rates, where somebody worked it out."""

    found: Comparison
    said: Verdict
    standard_error: float
    differences: Mapping[str, float]
    signs: Mapping[str, Any]
    only: tuple[int, int]
    correlation: float | None = None
    controlled: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, without the differences by question."""
        return {
            **asdict(self.found),
            "verdict": self.said.word,
            "sentence": self.said.sentence,
            "sign_test": dict(self.signs),
            "left_out": sum(self.only),
            "length_controlled": dict(self.controlled) if self.controlled else None,
        }


@dataclass(frozen=True)
class Pairs:
    """All pairs; ``apart`` are the measure and names of those without a common question."""

    found: Sequence[Pair]
    apart: Sequence[tuple[str, str, str]] = ()
    notes: Sequence[str] = ()


def pairs_of(measures: Sequence[Measure], judge: Fitness | None = None) -> Pairs:
    """Every two models in each measure, the better of them first and the baseline always second; of more
    than ``MOST`` each with the baseline, or with the best where there is none.

    Raises:
        MissingExtra: numpy is not installed.
    """
    chosen = [(measure, *names) for measure in measures for names in _couples(measure)]
    level = 1 - _ERROR / max(len(chosen), 1)
    found, apart = [], []
    for measure, model, other in chosen:
        pair = _pair(measure, (model, other), level, judge)
        if pair is None:
            apart.append((measure.name, model, other))
        else:
            found.append(pair)
    notes = [
        f"{model} and {other} cannot be compared: they have no question in common in {name}"
        for name, model, other in apart
    ]
    if len(chosen) > 1:
        notes.append(
            f"{len(chosen)} comparisons: their intervals of {100 * level:.4g} % hold together with 95 %"
        )
    notes += [
        f"of {len(each.values)} models each is compared with {each.versus or 'the best'} alone"
        for each in measures
        if _many(each)
    ]
    return Pairs(found, apart, notes)


def shares(measure: Measure, model: str) -> dict[str, float]:
    """The values on a scale from 0 to 1, as the statistics want them."""
    reach = measure.high - measure.low
    return {
        question: min(max((value - measure.low) / reach, 0.0), 1.0)
        for question, value in known(measure.values[model]).items()
    }


def _couples(measure: Measure) -> list[tuple[str, str]]:
    ranked = sorted(
        (name for name in measure.values if name != measure.versus), key=lambda name: _order(measure, name)
    )
    against = [(name, measure.versus) for name in ranked if measure.versus]
    if _many(measure):
        return against or [(ranked[0], name) for name in ranked[1:]]
    return [*combinations(ranked, 2), *against]


def _many(measure: Measure) -> bool:
    return len({*measure.values, measure.versus} - {""}) > MOST


def _order(measure: Measure, name: str) -> tuple[float, str]:
    values = known(measure.values[name]).values()
    mean = sum(values) / len(values)
    return (-mean if measure.higher_is_better else mean), name


def _pair(measure: Measure, names: tuple[str, str], level: float, judge: Fitness | None) -> Pair | None:
    model, other = names
    mine = known(measure.values[model])
    middle = (measure.low + measure.high) / 2
    theirs = dict.fromkeys(mine, middle) if other == measure.versus else known(measure.values[other])
    common = sorted(mine.keys() & theirs.keys())
    if not common:
        return None
    if measure.sizes:
        found = _by_size(measure, [(key, mine[key], theirs[key]) for key in common], level)
    else:
        found = _by_question(measure, names, level)
    difference, error, (low, high), detectable, correlation = found
    n = len(common)
    told = Comparison(
        model,
        other,
        measure.name,
        difference,
        low,
        high,
        n,
        detectable,
        judge,
        measure.higher_is_better,
        level,
    )
    sign = 1 if measure.higher_is_better else -1
    differences = {key: sign * (mine[key] - theirs[key]) for key in common}
    margin = MARGIN * (measure.high - measure.low) / 100 if isfinite(measure.high) else 0.0
    return Pair(
        told,
        verdict(told, margin=margin),
        error,
        differences,
        _signs(differences),
        (len(mine) - n, len(theirs) - n),
        correlation,
    )


# Difference, its error, interval, smallest detectable difference, correlation.
Found = tuple[float, float, tuple[float, float], float | None, float | None]


def _by_question(measure: Measure, names: tuple[str, str], level: float) -> Found:
    """All questions weigh the same."""
    first = shares(measure, names[0])
    fixed = names[1] == measure.versus
    second = dict.fromkeys(first, 0.5) if fixed else shares(measure, names[1])
    gap = statistics("paired").paired(first, second, level=level)
    most = 50.0 if fixed else 100.0
    if gap.standard_error < _EQUAL:
        low, high = _unseen(gap.difference, gap.n, most, level)
    elif fixed:
        rate = statistics("rates").win_rate(first, level=level)
        low, high = rate.interval.low - 50, rate.interval.high - 50
    else:
        low, high = gap.interval.low, gap.interval.high
    stretch = (measure.high - measure.low) / 100
    held = stretch * low, stretch * high
    least = statistics("rates").detectable(gap.standard_error, gap.n, most=most, alpha=1 - level)
    seen = stretch * least if least is not None else None
    return stretch * gap.difference, stretch * gap.standard_error, held, seen, gap.correlation


def _by_size(measure: Measure, values: Sequence[tuple[str, float, float]], level: float) -> Found:
    """The ``values`` of both by question weigh as much as the question's size."""
    sizes = [measure.sizes[key] for key, *_ in values]
    gaps = [size * (mine - theirs) for size, (_, mine, theirs) in zip(sizes, values, strict=True)]
    share, error = ratio(gaps, sizes)
    n = len(values)
    if error < _EQUAL:
        most = max(max(mine, theirs) for _, mine, theirs in values)
        return share, error, _unseen(share, n, most, level), None, None
    held = statistics("interval").student(share, error, n, level)
    least = statistics("rates").smallest_detectable(error * sqrt(n), n, alpha=1 - level)
    return share, error, (held.low, held.high), least, None


def _unseen(difference: float, n: int, most: float, level: float) -> tuple[float, float]:
    """An interval for ``n`` differences that are all equal, of at most ``most`` points: another outcome may
    never have been seen and still have the probability 1 - (α/2)^(1/n) (Clopper and Pearson 1934)."""
    unseen = 1 - ((1 - level) / 2) ** (1 / n)
    return difference - (difference + most) * unseen, difference + (most - difference) * unseen


def _signs(differences: Mapping[str, float]) -> dict[str, Any]:
    better = sum(each > 0 for each in differences.values())
    worse = sum(each < 0 for each in differences.values())
    ties = len(differences) - better - worse
    p = statistics("paired").binomial_p(better, better + worse)
    return {"for_first": better, "for_second": worse, "ties": ties, "p": p}
