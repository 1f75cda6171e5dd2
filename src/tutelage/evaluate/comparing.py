"""Models side by side: every two of a study on the questions that both have, with a verdict by fixed rules.

    evaluations → studies (same bench, baseline and judge) → measures of the bench → pairs → verdicts

What is in different studies is not compared, and said so. How two models differ is worked out in
:mod:`tutelage.evaluate.pairs`, as for a single evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from tutelage import plugins
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Bench, Evidence, Figures, Judgement, Measure
from tutelage.evaluate.canaries import PREFIX, fitness_of, sanity_figures
from tutelage.evaluate.conclusions import of_models
from tutelage.evaluate.numbers import statistics
from tutelage.evaluate.orders import habits, paired
from tutelage.evaluate.pairs import Pair, pairs_of, shares


@dataclass(frozen=True)
class Study:
    """Judgements of one bench that may be compared: against one baseline, by one judge.

    ``settings`` are the bench's. ``answers`` are by model and question; ``texts`` what was asked; ``figures``
    what the bench made of it, by model; ``sources`` the evaluations that it is made of. ``fitness`` is what
    is known of the judge from elsewhere.
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
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def models(self) -> list[str]:
        """Those that were judged, without the answers of known worth."""
        names = dict.fromkeys(each.model for each in self.judgements)
        return [name for name in names if not name.startswith(PREFIX)]


@dataclass(frozen=True)
class Compared:
    """A study with its pairs, and what its judge is like."""

    study: Study
    measures: Sequence[Measure]
    pairs: Sequence[Pair]
    judge: Figures | None
    habits: Mapping[str, Any]
    notes: Sequence[str] = ()

    @property
    def measure(self) -> str:
        """What the models are compared by."""
        return ", ".join(each.name for each in self.measures)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        study = self.study
        return {
            "bench": study.bench,
            "baseline": study.baseline,
            "judge": study.judge,
            "sources": [*study.sources],
            "measure": self.measure,
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
    evidence = Evidence({}, study.answers, study.judgements, study.baseline)
    measures, notes = _measures(study, evidence)
    judge = study.fitness or sanity_figures(evidence)
    made = pairs_of(measures, fitness_of(judge))
    if measures and not (made.found or made.apart):
        notes.append(
            f"{' and '.join(study.models) or 'nobody'} stands alone: there is nobody to compare with"
        )
    by_name = {each.name: each for each in measures}
    pairs = [
        replace(each, controlled=_controlled(study, by_name[each.found.measure], each, seed))
        for each in made.found
    ]
    judged = [each for each in study.judgements if not each.model.startswith(PREFIX)]
    shown = habits(paired(judged)) if any(each.baseline for each in judged) else {}
    return Compared(study, measures, pairs, judge, shown, [*notes, *made.notes])


def _measures(study: Study, evidence: Evidence) -> tuple[list[Measure], list[str]]:
    """What its bench measures, and why nothing where it cannot."""
    try:
        return of_models(_bench(study).measured(evidence)), []
    except BadInput as error:
        return [], [f"{study.bench} cannot be compared: {error.what}"]
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        return [], [f"{study.bench} cannot be compared: its settings do not fit ({wrong})"]


def _bench(study: Study) -> Bench:
    """The bench as it was set, for the one judge of the study."""
    kind = plugins.load("benches", study.bench)
    judge = {"judge_name": study.judge} if "judge_name" in kind.model_fields else {}
    made: Bench = kind(**{**study.settings, **judge})
    return made


def _controlled(study: Study, measure: Measure, pair: Pair, seed: int) -> dict[str, Any] | None:
    """The difference of two length-controlled rates, refitted to the same resampled questions."""
    names = (pair.found.model, pair.found.other)
    known = _lengths(study.judgements)
    if not measure.versus or measure.versus in names or not all(known.get(name) for name in names):
        return None  # a baseline's rate against itself is 50 at any length
    designs = []
    for name in names:
        mine = {key: each[0] for key, each in known[name].items()}
        theirs = {key: each[1] for key, each in known[name].items()}
        designs.append(statistics("design").design(shares(measure, name), mine, theirs))
    found = statistics("paired").paired_length_controlled(*designs, seed=seed, level=pair.found.level)
    return {"difference": found.difference, "interval": found.interval.as_list(), "n": found.n}


def _lengths(judgements: Sequence[Judgement]) -> dict[str, dict[str, tuple[float, float]]]:
    """By model and question the characters of the model's answer and of the baseline's."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for each in judgements:
        mine, theirs = each.facts.get("len_model"), each.facts.get("len_baseline")
        if isinstance(mine, (int, float)) and isinstance(theirs, (int, float)):
            found.setdefault(each.model, {})[each.question] = (float(mine), float(theirs))
    return found
