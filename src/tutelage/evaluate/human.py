"""A judge beside people: their labels joined to what was judged, agreement, and rates corrected by them.

    labels (:mod:`tutelage.evaluate.labels`) + evidence → preferences by model and question
        → agreement over all; for each model agreement, and its win rate corrected in two ways

Everything is in the frame of the model: a preference for its answer over the baseline's. What belongs to no
judged pair is counted, and told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import fsum
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.evaluate.bench import Bench, Evidence, Figures
from tutelage.evaluate.canaries import PREFIX
from tutelage.evaluate.labels import Label, of_place, unread
from tutelage.evaluate.measures import known
from tutelage.evaluate.numbers import statistics
from tutelage.text import counted

Human = Mapping[str, Mapping[str, float]]
"""By model and question id, people's preference for the model's answer over the baseline's."""


@dataclass(frozen=True)
class Joined:
    """People's preferences by model and question id, and what is to be said of how they were joined."""

    human: Human
    notes: tuple[str, ...]


def join(labels: Sequence[Label], evidence: Evidence) -> Joined:
    """Each label joined to the judged pair that it is of.

    Raises:
        BadInput: no label is of a judged pair; one names no model where several were judged, or an unknown
            one; its verdict names neither answer.
    """
    models = _models(evidence)
    by_text = {"\n".join(each.turns): each.id for each in evidence.questions.values() if each.turns}
    ids = set(evidence.questions) or {each.question for each in evidence.judgements}
    votes: dict[tuple[str, str], list[float]] = defaultdict(list)
    strangers = 0
    for label in labels:
        question = next((each for each in label.ids if each in ids), None)
        question = question or next((by_text[each] for each in label.texts if each in by_text), None)
        found = _placed(label, question, models, evidence) if question else None
        if question is None or found is None:
            strangers += 1
            continue
        votes[found[0], question].append(found[1])
    if not votes:
        raise BadInput(
            f"none of {counted(len(labels), 'label')} is of a judged pair",
            where=labels[0].place if labels else "",
            remedy="give labels of the same questions and answers, with their ids",
        )
    human: dict[str, dict[str, float]] = {}
    for (model, question), given in votes.items():
        human.setdefault(model, {})[question] = fsum(given) / len(given)
    several = sum(len(given) > 1 for given in votes.values())
    notes = [f"{counted(strangers, 'label')} of no judged pair, left out"] if strangers else []
    notes += [f"{counted(several, 'pair')} labelled more than once; averaged"] if several else []
    return Joined(human, tuple(notes))


def _models(evidence: Evidence) -> dict[str, str]:
    """The baseline of each judged model."""
    return {each.model: each.baseline for each in evidence.judgements if not each.model.startswith(PREFIX)}


def _placed(
    label: Label, question: str, models: Mapping[str, str], evidence: Evidence
) -> tuple[str, float] | None:
    """The model that the label is of, and the preference for it; ``None`` where its answers are others."""
    if label.answers is not None and not label.model:
        for model, baseline in models.items():
            shown = _answer(evidence, model, question), _answer(evidence, baseline, question)
            if label.answers == shown:
                return model, _verdict(label, model, baseline, first=model)
            if label.answers == shown[::-1]:
                return model, _verdict(label, model, baseline, first=baseline)
        return None
    if not label.model and len(models) > 1:
        raise BadInput(
            f"this label does not say which of {len(models)} models it is of",
            where=label.place,
            remedy=f"add 'model', or the two answers; models: {', '.join(models)}",
        )
    model = label.model or next(iter(models))
    if model not in models:
        raise BadInput(
            f"no judged model is called '{model}'", where=label.place, remedy=nearest(model, models)
        )
    if label.baseline and label.baseline != models[model]:
        return None
    first = ""
    if label.answers is not None:
        first = model if label.answers[0] == _answer(evidence, model, question) else models[model]
    return model, _verdict(label, model, models[model], first=first)


def _answer(evidence: Evidence, model: str, question: str) -> str:
    answer = evidence.answers.get(model, {}).get(question)
    return answer.text if answer else ""


def _verdict(label: Label, model: str, baseline: str, *, first: str) -> float:
    """The preference for ``model``; ``first`` is whose answer stands first in the row, if that is known."""
    if label.value is not None:
        return label.value if not first or first == model else 1 - label.value
    if label.said in (model, "model"):
        return 1.0
    if label.said in (baseline, "baseline"):
        return 0.0
    found = of_place(label.said)
    if found == 0.5:
        return found
    if found is None or not first:
        raise unread(label, (model, baseline, "tie"))
    return found if first == model else 1 - found


def with_labels(figures: Figures, bench: Bench, evidence: Evidence, labels: Sequence[Label]) -> Figures:
    """``figures`` with ``details["human"]``: how far the judge agrees with people, and each model's win rate
    corrected by them.

    Raises:
        BadInput: as :func:`join`; or the bench compares no answers.
        MissingExtra: numpy is not installed.
    """
    measures = [each for each in bench.measured(evidence) if each.versus]
    if not measures:
        raise BadInput(
            f"labels are of pairs of answers, and '{bench.kind}' has not compared any with one baseline",
            where="--labels",
            remedy="use a bench that compares, such as alpaca-eval or beat-rate",
        )
    joined = join(labels, evidence)
    judged = {
        model: {question: value / 100 for question, value in known(values).items()}
        for model, values in measures[0].values.items()
    }
    details, lines = human_figures(judged, joined.human)
    return replace(
        figures,
        details={**figures.details, "human": details},
        lines=(*figures.lines, *joined.notes, *lines),
    )


def human_figures(judged: Human, human: Human) -> tuple[dict[str, Any], list[str]]:
    """Agreement over all models, and for each model its agreement and corrected win rates; and sentences."""
    agreement = statistics("agreement")
    pooled = [
        {f"{model}/{question}": value for model, values in side.items() if model in judged
         for question, value in values.items()}
        for side in (judged, human)
    ]  # fmt: skip
    details: dict[str, Any] = {"all": _plain(agreement.agreement(*pooled)), "models": {}}
    lines = [_agreed("the judge and people", details["all"])]
    for model, labels in human.items():
        if not set(labels) & set(judged.get(model, {})):
            lines.append(f"{model}: no labelled pair has a judgement that could be read")
            continue
        found = {"agreement": _plain(agreement.agreement(judged[model], labels))}
        for name, correct in (
            ("prediction_powered", agreement.prediction_powered),
            ("rogan_gladen", agreement.rogan_gladen),
        ):
            try:
                found[name] = _plain(correct(judged[model], labels))
            except BadInput as error:
                found[name] = {"win_rate": None, "problem": f"{error.what} ({error.where})"}
        details["models"][model] = found
        lines.append(_corrected(model, found))
    return details, lines


def _plain(found: Any) -> dict[str, Any]:
    """A result as plain figures, its intervals as ``[low, high]``."""
    plain = asdict(found)
    return {
        name: [value["low"], value["high"]] if isinstance(value, dict) and "low" in value else value
        for name, value in plain.items()
    }


def _agreed(who: str, found: Mapping[str, Any]) -> str:
    low, high = found["kappa_interval"]
    return (
        f"{who} agree on {found['accuracy']:.0f} % of {counted(found['n'], 'pair')}; Cohen's kappa"
        f" {found['kappa']:.2f} (95 % interval {low:.2f} to {high:.2f})"
    )


def _corrected(model: str, found: Mapping[str, Mapping[str, Any]]) -> str:
    best = found["prediction_powered"]
    if best["win_rate"] is None:
        return f"{model}: the win rate cannot be corrected: {best['problem']}"
    low, high = best["interval"]
    return (
        f"{model}: win rate {best['win_rate']:.1f} corrected by {counted(best['labelled'], 'label')}"
        f" (95 % interval {low:.1f} to {high:.1f}), {best['uncorrected']:.1f} by the judge alone"
    )
