"""What may be said of the models of an evaluation, whatever the bench: figures that follow from all of it.

judge      what the judge saw of the answers of known worth      (where they were judged)
pairs      every two models on the questions of both             (:mod:`tutelage.evaluate.pairs`)
against    every model against the baseline                      (where there is one)
scale      Bradley and Terry's strengths                         (three or more that were compared)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tutelage.errors import MissingExtra
from tutelage.evaluate.bench import Bench, Evidence, Figures, Measure
from tutelage.evaluate.canaries import PREFIX, fitness_of, sanity_figures
from tutelage.evaluate.judge_notes import failed, judge_notes
from tutelage.evaluate.measures import known
from tutelage.evaluate.numbers import statistics
from tutelage.evaluate.pairs import Pair, Pairs, pairs_of, shares

MOST_SCALED = 30  # models on one scale
_TOLD = 6  # verdicts told as sentences; all of them stand in the figures


def conclude(bench: Bench, evidence: Evidence, figures: Figures) -> Figures:
    """``figures`` with what follows from comparing the models; the notes of the evidence among the lines.

    Raises:
        BadInput: as :meth:`Bench.figures`.
    """
    judge = sanity_figures(evidence)
    details: dict[str, Any] = {"judge_check": _judge_part(judge)} if judge else {}
    lines = [f"sanity: {line}" for line in judge.lines] if judge else []
    try:
        measures = of_models(bench.measured(evidence))
        made = pairs_of(measures, fitness_of(judge))
        baselines = {each.versus for each in measures}
        against = [each for each in made.found if each.found.other in baselines]
        pairs = [each for each in made.found if each.found.other not in baselines]
        nothing = [{"measure": name, "model": one, "other": other, "n": 0} for name, one, other in made.apart]
        details |= {"pairs": [*map(_row, pairs), *nothing], "against": [*map(_row, against)]}
        scales = [scale for each in measures if (scale := scale_figures(each))]
        details |= {"scale": scales[0]} if scales else {}
        lines += _told([*against, *pairs], made)
    except MissingExtra as missing:
        lines.append(f"models are not compared: {missing.what}; {missing.remedy}")
    lines += judge_notes(figures, judge, evidence)
    details |= {"failed": counts} if (counts := failed(evidence)) else {}
    said = dict.fromkeys((*figures.lines, *lines, *evidence.notes))
    return Figures(figures.bench, figures.models, {**figures.details, **details}, tuple(said))


def _judge_part(judge: Figures) -> dict[str, Any]:
    return {**judge.details, "answers": {name: dict(found) for name, found in judge.models.items()}}


def of_models(measures: Sequence[Measure]) -> list[Measure]:
    """Without the answers of known worth, without models that have no figure at all, and without measures
    that nobody has a figure in."""
    found = []
    for measure in measures:
        values = {
            name: each for name, each in measure.values.items() if not name.startswith(PREFIX) and known(each)
        }
        if values:
            found.append(replace(measure, values=values))
    return found


def _row(pair: Pair) -> dict[str, Any]:
    found, signs = pair.found, pair.signs
    return {
        "measure": found.measure,
        "model": found.model,
        "other": found.other,
        "difference": found.difference,
        "standard_error": pair.standard_error,
        "interval": [found.low, found.high],
        "level": found.level,
        "n": found.questions,
        "only_model": pair.only[0],
        "only_other": pair.only[1],
        "correlation": pair.correlation,
        "detectable": found.detectable,
        "sign_test": {
            "for_model": signs["for_first"],
            "for_other": signs["for_second"],
            "ties": signs["ties"],
            "p": signs["p"],
        },
        "verdict": pair.said.word,
        "sentence": pair.said.sentence,
    }


def scale_figures(measure: Measure) -> dict[str, Any] | None:
    """Strengths of the models and their baseline on one scale, best first; ``None`` for fewer than three.

    Raises:
        MissingExtra: numpy is not installed.
    """
    if not measure.versus or not 2 <= len(measure.values) < MOST_SCALED:
        return None
    matches = [
        (question, model, measure.versus, value)
        for model in measure.values
        if model != measure.versus
        for question, value in shares(measure, model).items()
    ]
    made = statistics("bradley_terry").bradley_terry(matches)
    elo = made.elo()
    unit = statistics("bradley_terry").ELO
    return {
        name: {
            "elo": elo[name],
            "interval": [1000 + unit * each for each in made.interval[name].as_list()],
        }
        for name in made.strength
    }


def _told(pairs: Sequence[Pair], made: Pairs) -> list[str]:
    lines = [each.said.sentence for each in pairs]
    more = len(lines) - _TOLD
    return [
        *lines[:_TOLD],
        *([f"{more} more comparisons stand in the figures"] if more > 0 else []),
        *made.notes,
    ]
