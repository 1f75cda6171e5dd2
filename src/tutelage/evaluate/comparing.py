"""Models side by side: every two of a study on the questions that both have, with a verdict by fixed rules.

    evaluations → studies (same bench, baseline and judge) → pairs of models → differences → verdicts

What is in different studies is not compared, and said so. With k pairs in a study each interval has the level
1 - 0.05/k (Bonferroni), so that all verdicts of the study hold together with 95 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from math import sqrt
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate import scales
from tutelage.evaluate.accuracy import ratio
from tutelage.evaluate.bench import Answer, Figures, Judgement
from tutelage.evaluate.canaries import CANARIES, PREFIX, judge_figures
from tutelage.evaluate.numbers import statistics
from tutelage.evaluate.orders import habits, paired
from tutelage.evaluate.scales import Measure
from tutelage.evaluate.verdict import Comparison, Verdict, verdict

MOST = 8  # models of which every two are compared; of more, each with the baseline or the first
PER_BYTES = 1000.0
_EQUAL = 1e-9  # points of spread that are rounding alone
_ERROR = 0.05  # of all verdicts of a study together


@dataclass(frozen=True)
class Study:
    """Judgements of one bench that may be compared: against one baseline, by one judge.

    ``answers`` are by model and question; ``texts`` what was asked; ``figures`` what the bench made of it, by
    model; ``sources`` the evaluations that it is made of. ``fitness`` is what is known of the judge from
    elsewhere.
    """

    bench: str
    judgements: Sequence[Judgement]
    answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    baseline: str = ""
    judge: str = ""
    sources: Sequence[str] = ()
    notes: Sequence[str] = ()
    fitness: Figures | None = None

    @property
    def models(self) -> list[str]:
        """Those that were judged, without the answers of known worth."""
        return list(dict.fromkeys(each.model for each in self.judgements if not _sane(each.model)))


@dataclass(frozen=True)
class Pair:
    """Two models of a study. ``differences`` is by question, positive where ``found.model`` is better;
    ``controlled`` the difference of the length-controlled rates, where lengths are known."""

    found: Comparison
    said: Verdict
    signs: Mapping[str, Any]
    differences: Mapping[str, float]
    left_out: int = 0
    controlled: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, without the differences by question."""
        return {
            **asdict(self.found),
            "verdict": self.said.word,
            "sentence": self.said.sentence,
            "sign_test": dict(self.signs),
            "left_out": self.left_out,
            "length_controlled": dict(self.controlled) if self.controlled else None,
        }


@dataclass(frozen=True)
class Compared:
    """A study with its pairs, and what its judge is like."""

    study: Study
    measure: Measure
    pairs: Sequence[Pair]
    judge: Figures | None
    habits: Mapping[str, Any]
    notes: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        study = self.study
        return {
            "bench": study.bench,
            "baseline": study.baseline,
            "judge": study.judge,
            "sources": [*study.sources],
            "measure": self.measure.name,
            "figures": {name: dict(each) for name, each in study.figures.items()},
            "pairs": [each.as_dict() for each in self.pairs],
            "judge_check": self.judge.as_dict() if self.judge else None,
            "habits": dict(self.habits),
            "notes": [*study.notes, *self.notes],
        }


def compare_study(study: Study, *, seed: int = 42) -> Compared:
    """Every two models of ``study``.

    Raises:
        MissingExtra: numpy is not installed.
        BadInput: a question is judged twice in the same order.
    """
    judged = [each for each in study.judgements if not _sane(each.model)]
    measure = scales.measure_of(judged)
    judge = study.fitness or judge_of(study.judgements, measure)
    sees = judge.details.get("sensitivity") if judge else None
    chosen, notes = _chosen(study, measure)
    if not chosen:
        notes.append(
            f"{' and '.join(study.models) or 'nobody'} stands alone: there is nobody to compare with"
        )
    level = 1 - _ERROR / max(len(chosen), 1)
    if len(chosen) > 1:
        notes.append(
            f"{len(chosen)} pairs are compared: intervals of {100 * level:.1f} % hold together with 95 %"
        )
    pairs = []
    for model, other in chosen:
        try:
            made = _pair(study, measure, judged, (model, other), level, seed)
        except BadInput as error:
            notes.append(f"{model} and {other} cannot be compared: {error.what}")
            continue
        found = replace(made.found, judge_sees=sees)
        pairs.append(replace(made, found=found, said=verdict(found, margin=measure.margin)))
    shown = habits(paired(judged)) if measure.compared else {}
    return Compared(study, measure, pairs, judge, shown, notes)


def judge_of(judgements: Sequence[Judgement], measure: Measure) -> Figures | None:
    """What the answers of known worth say of the judge; ``None`` where there are none. Grades are held
    against that of the identical answer to the same question."""
    rows = [each for each in judgements if _sane(each.model)]
    if not rows:
        return None
    if measure.compared:
        return judge_figures(rows)
    graded = scales.preferences(measure, rows)
    good = graded.get(f"{PREFIX}identical", {})
    return judge_figures(
        [
            replace(each, value=_preferred(graded[each.model].get(each.question), good.get(each.question)))
            for each in rows
        ]
    )


def _preferred(one: float | None, good: float | None) -> float | None:
    if one is None or good is None:
        return None
    return 0.5 if one == good else float(one > good)


def _sane(model: str) -> bool:
    return model.startswith(PREFIX) and model.removeprefix(PREFIX) in CANARIES


def _chosen(study: Study, measure: Measure) -> tuple[list[tuple[str, str]], list[str]]:
    """Which pairs, the baseline always second."""
    models = [name for name in study.models if name != study.baseline]
    against = [study.baseline] if measure.compared and study.baseline else []
    if len(models) + len(against) <= MOST:
        return [*combinations(models, 2), *((name, other) for name in models for other in against)], []
    other = against[0] if against else models[0]
    note = f"of {len(models)} models each is compared with {other} alone"
    return [(name, other) for name in models if name != other], [note]


def _pair(
    study: Study,
    measure: Measure,
    judged: Sequence[Judgement],
    names: tuple[str, str],
    level: float,
    seed: int,
) -> Pair:
    if measure.loss:
        return _loss_pair(scales.losses(judged), measure, names, level)
    given = scales.preferences(measure, judged)
    first = given.get(names[0], {})
    second = given.get(names[1], {}) if names[1] in given else dict.fromkeys(first, 0.5)
    found = statistics("paired").paired(first, second, level=level)
    unit = measure.points / 100
    low, high = found.interval.low, found.interval.high
    if found.standard_error < _EQUAL:
        low, high = _unseen(found.difference, found.n, 100.0 if names[1] in given else 50.0, level)
    scale, gaps = measure.points, {}
    for key in sorted(first.keys() & second.keys()):
        one, two = first[key], second[key]
        if one is not None and two is not None:
            gaps[key] = scale * (one - two)
    told = Comparison(
        *names,
        measure.name,
        unit * found.difference,
        unit * low,
        unit * high,
        found.n,
        unit * found.detectable if found.n > 1 else None,
        level=level,
    )
    controlled = (
        _controlled(judged, (first, second), names, study.baseline, level, seed) if measure.compared else None
    )
    return Pair(
        told,
        verdict(told, margin=measure.margin),
        asdict(found.signs) if found.signs else {},
        gaps,
        found.only_first + found.only_second,
        controlled,
    )


def _unseen(difference: float, n: int, most: float, level: float) -> tuple[float, float]:
    """An interval for ``n`` differences that are all equal, of at most ``most`` points: another outcome may
    never have been seen and still have the probability 1 - (α/2)^(1/n) (Clopper and Pearson 1934)."""
    unseen = 1 - ((1 - level) / 2) ** (1 / n)
    return difference - (difference + most) * unseen, difference + (most - difference) * unseen


def _controlled(
    judged: Sequence[Judgement],
    preferences: tuple[Mapping[str, float | None], Mapping[str, float | None]],
    names: tuple[str, str],
    baseline: str,
    level: float,
    seed: int,
) -> dict[str, Any] | None:
    """The difference of two length-controlled rates, refitted to the same resampled questions."""
    known = scales.lengths(judged)
    if baseline in names or not all(known.get(name) for name in names):
        return None  # a baseline's rate against itself is 50 at any length
    designs = []
    for name, values in zip(names, preferences, strict=True):
        mine = {key: each[0] for key, each in known[name].items()}
        theirs = {key: each[1] for key, each in known[name].items()}
        designs.append(statistics("design").design(values, mine, theirs))
    found = statistics("paired").paired_length_controlled(*designs, seed=seed, level=level)
    return {"difference": found.difference, "interval": found.interval.as_list(), "n": found.n}


def _loss_pair(
    given: Mapping[str, Mapping[str, tuple[float, float]]],
    measure: Measure,
    names: tuple[str, str],
    level: float,
) -> Pair:
    first, second = (given.get(name, {}) for name in names)
    common = sorted(key for key in first.keys() & second.keys() if first[key][1] == second[key][1])
    if not common:
        raise BadInput("they have no scored answer in common", remedy="score both on the same rows")
    gaps = [first[key][0] - second[key][0] for key in common]
    share, error = ratio(gaps, [first[key][1] for key in common])
    n = len(common)
    held = statistics("interval").student(share, error, n, level) if n > 1 else None
    told = Comparison(
        *names,
        measure.name,
        PER_BYTES * share,
        PER_BYTES * (held.low if held else -1.0),
        PER_BYTES * (held.high if held else 1.0),
        n,
        PER_BYTES * statistics("rates").smallest_detectable(error * sqrt(n), n),
        higher_is_better=False,
        level=level,
    )
    better, worse = sum(gap < 0 for gap in gaps), sum(gap > 0 for gap in gaps)
    signs = {"for_first": better, "for_second": worse, "ties": n - better - worse}
    signs["p"] = statistics("paired").binomial_p(better, better + worse)
    by_question = {key: -PER_BYTES * gap / first[key][1] for key, gap in zip(common, gaps, strict=True)}
    left_out = len(first.keys() | second.keys()) - n
    return Pair(told, verdict(told, margin=measure.margin), signs, by_question, left_out)
