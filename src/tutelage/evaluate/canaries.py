"""Answers whose worth is known beforehand: they tell what a judge can see, and what an evaluation rewards.

    swapped     the good answer to another question       worse
    cut         the good answer, broken off in the middle   worse
    refusal     a polite refusal                           worse
    one-liner   a sentence that fits any question          worse
    empty       nothing                                    worse
    constant    the same long, confident text each time    worse (Zheng et al. 2024, arXiv:2410.07137)
    shortened   the good answer without its last third     worse
    padded      the good answer with polite filler         no better
    identical   the good answer itself                     exactly equal

They are made from answers that are held to be good, without a model. What is made for a question depends on
the seed and the question's id alone, except ``swapped``, which needs the other questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from tutelage.draw import draw
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement
from tutelage.evaluate.fitness import PADDING, Fitness, fitness
from tutelage.text import language_of

Canary = Literal[
    "swapped", "cut", "refusal", "one-liner", "empty", "constant", "shortened", "padded", "identical"
]
CANARIES: tuple[Canary, ...] = get_args(Canary)
WORSE: tuple[Canary, ...] = ("swapped", "cut", "refusal", "one-liner", "empty", "constant", "shortened")
SANITY: tuple[Canary, ...] = ("empty", "constant", "padded", "identical")
PREFIX = "sanity:"  # before the name of a canary that stands among models
MADE_OF = "made_of"  # the fact of an answer that names the model whose good answer it was made of

_REFUSAL = {
    "en": "I'm sorry, but I can't help with that request.",
    "zh": "很抱歉，我无法帮助您完成这个请求。",
}
_ONE_LINER = {
    "en": "It depends on many things, but in general it is best to do what works for you.",
    "zh": "这取决于很多因素，一般来说，选择适合您的方式就好。",
}
_CONSTANT = {
    "en": "Thank you for this excellent question. A complete answer has three parts. First, the essential"
    " facts are stated clearly. Second, each of them is explained with an example. Third, the conclusion"
    " follows. This answer is accurate, helpful, detailed and safe, and it meets every requirement that"
    " was given.",
    "zh": "感谢您提出这个很好的问题。完整的回答分为三个部分：首先，清楚地陈述关键事实；其次，用例子逐一说明；"
    "最后得出结论。本回答准确、有用、详细且安全，满足所给出的每一项要求。",
}
_FILLER = {
    "en": "I hope that this helps. Please let me know whether there is anything else that you would like to"
    " know about this topic; I am always glad to be of help. There are, of course, many further aspects that"
    " one could consider, and each of them would deserve attention of its own.",
    "zh": "希望以上内容对您有所帮助。如果您还想了解这个话题的其他方面，请随时告诉我，我很乐意继续为您解答。"
    "当然，还有许多值得考虑的方面，每一个都值得单独关注。",
}


def canaries(
    good: Mapping[str, Answer], kinds: Sequence[Canary] = CANARIES, *, seed: int = 0
) -> dict[str, dict[str, Answer]]:
    """For each kind the answers made of ``good`` (by question id), under the model name ``sanity:KIND``.

    A kind that cannot be made of an answer (nothing to cut, no other answer to swap with) leaves it out.
    """
    ids = sorted(good)
    made: dict[str, dict[str, Answer]] = {}
    for kind in kinds:
        name = f"{PREFIX}{kind}"
        answers = {}
        for place, question in enumerate(ids):
            other = good[ids[(place + 1) % len(ids)]]
            turns = tuple(
                _turn(kind, text, _other_turn(other, number), f"{question}/{number}", seed)
                for number, text in enumerate(good[question].turns)
            )
            if kind == "identical" or turns != good[question].turns:
                facts = {MADE_OF: good[question].model}
                answers[question] = replace(good[question], model=name, turns=turns, facts=facts)
        made[name] = answers
    return made


def _other_turn(other: Answer, number: int) -> str:
    return other.turns[min(number, len(other.turns) - 1)] if other.turns else ""


def _turn(kind: Canary, good: str, other: str, place: str, seed: int) -> str:
    language = "zh" if language_of(good) == "zh" else "en"
    if kind == "cut":
        share = draw(seed, f"canary/{place}").uniform(0.25, 0.6)
        return good[: round(share * len(good))].rstrip()
    made: dict[str, str] = {
        "swapped": other,
        "refusal": _REFUSAL[language],
        "one-liner": _ONE_LINER[language],
        "empty": "",
        "constant": _CONSTANT[language],
        "shortened": good[: 2 * len(good) // 3].rstrip(),
        "padded": f"{good}\n\n{_FILLER[language]}",
        "identical": good,
    }
    return made[kind]


def judge_figures(judgements: Sequence[Judgement]) -> Figures:
    """What the judgements of canaries against good answers say of a judge.

    ``sensitivity``: share of worse answers that lose; ``specificity``: share of identical ones that come out
    equal; ``position_bias``: how much likelier the answer shown first is to be preferred than the second, in
    points, over the judgements where order was known; ``length_bias``: how far padding raises the preference
    above one half, in points. Preferences are averaged over both orders first. ``fitness`` says whether the
    judge may be used (:mod:`tutelage.evaluate.fitness`).
    """
    read = [each for each in judgements if each.value is not None]
    models: dict[str, dict[str, Any]] = {
        kind: _kind_figures([each for each in read if each.model == f"{PREFIX}{kind}"], worse=kind in WORSE)
        for kind in CANARIES
        if any(each.model == f"{PREFIX}{kind}" for each in judgements)
    }
    worse = [models[kind] for kind in WORSE if kind in models and models[kind]["n"]]
    details: dict[str, Any] = {
        "judge": sorted({each.judge for each in judgements if each.judge}),
        "judgements": len(judgements),
        "unreadable": len(judgements) - len(read),
        "sensitivity": _mean([each["detected"] for each in worse]),
        "specificity": models.get("identical", {}).get("equal"),
        "position_bias": _position_bias(read),
        "length_bias": _over_half(models.get("padded", {}).get("preference")),
        "shortened_bias": _over_half(models.get("shortened", {}).get("preference")),
    }
    found = fitness(models, details)
    return Figures("judge-check", models, {**details, "fitness": found.as_dict()}, _sentences(details, found))


def fitness_of(judge: Figures | None) -> Fitness | None:
    """What :func:`judge_figures` found of a judge; ``None`` where nobody looked."""
    if judge is None or not judge.models or "fitness" not in judge.details:
        return None
    return Fitness(tuple(judge.details["fitness"]["reasons"]))


def sanity_figures(evidence: Evidence) -> Figures | None:
    """The same of the answers of known worth that were judged beside models; ``None`` where none were.

    Where answers are graded and not compared, a canary's grade is compared with that of the answer it was
    made of: higher is a win, equal a tie.
    """
    asked = [each for each in evidence.judgements if each.model.startswith(PREFIX)]
    if not asked:
        return None
    if any(each.baseline for each in asked):
        return judge_figures(asked)
    grades = {(each.model, each.question, each.turn): each.value for each in evidence.judgements}
    compared = [replace(each, value=_preferred(each, evidence, grades)) for each in asked]
    figures = judge_figures(compared)
    return replace(figures, details={**figures.details, "position_bias": None})


def _preferred(
    graded: Judgement, evidence: Evidence, grades: Mapping[tuple[str, str, int], float | None]
) -> float | None:
    answer = evidence.answers.get(graded.model, {}).get(graded.question)
    # Where the answers themselves are not on record, the identical one stands for what they were made of.
    good = str(answer.facts.get(MADE_OF, "")) if answer else f"{PREFIX}identical"
    other = grades.get((good, graded.question, graded.turn))
    if graded.value is None or other is None:
        return None
    return 0.5 if graded.value == other else float(graded.value > other)


def _kind_figures(judgements: Sequence[Judgement], *, worse: bool) -> dict[str, Any]:
    by_question: dict[str, list[float]] = {}
    for each in judgements:
        assert each.value is not None  # the caller left the others out
        by_question.setdefault(each.question, []).append(each.value)
    means = [sum(values) / len(values) for values in by_question.values()]
    figures: dict[str, Any] = {"n": len(means), "preference": _mean(means)}
    if worse:
        figures["detected"] = _mean([float(mean < 0.5) for mean in means])
    else:
        figures["equal"] = _mean([float(abs(mean - 0.5) < 0.05) for mean in means])
    return figures


def _position_bias(read: Sequence[Judgement]) -> float | None:
    """In points: 0 for a judge that does not look at the order, 100 for one that looks at nothing else."""
    first = [each.value if each.swapped else 1 - each.value for each in read if each.value is not None]
    share = _mean(first)
    return None if share is None else 100 * (2 * share - 1)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _over_half(preference: float | None) -> float | None:
    return None if preference is None else 100 * (preference - 0.5)


_LONG = 10.0  # points that filler adds to the preference of a judge that rewards length
_BIASED = 20.0  # points of position bias that both orders must then average away


def _sentences(details: Mapping[str, Any], found: Fitness) -> list[str]:
    sensitivity, bias = details["sensitivity"], details["position_bias"]
    if details["judgements"] == details["unreadable"]:
        return ["no judgement of a canary could be read: this judge cannot be used"]
    verdict = "it can be used" if found.fit else f"it is not fit to judge: {found.reasons[0]}"
    said = (
        [f"no worse answer was judged: {verdict}"]
        if sensitivity is None
        else [f"the judge saw {sensitivity:.0%} of the answers that are worse by construction: {verdict}"]
    )
    said += [f"not fit: {reason}" for reason in found.reasons[1:]]
    if bias is not None and abs(bias) >= _BIASED:
        said.append(f"it leans to the {'first' if bias > 0 else 'second'} answer by {abs(bias):.0f} points")
    length = details["length_bias"]
    if length is not None and _LONG <= length < PADDING:
        said.append(f"polite filler raises its preference by {length:.0f} points: it rewards length")
    if details["unreadable"]:
        said.append(f"{details['unreadable']} of {details['judgements']} judgements could not be read")
    return said
