"""Which of two answers a judge sees first.

Judges lean towards one place, so by default each pair is judged in both orders and averaged; a question
counts when every judgement of it could be read. With ``one`` order it is drawn by the question's content, as
AlpacaEval draws it: always the same for the same pair, without a list of draws to keep.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Judgement, Question
from tutelage.evaluate.numbers import statistics
from tutelage.records import digest
from tutelage.text import counted

Orders = Literal["both", "one"]


def swaps(
    orders: Orders, question: Question, answer: Answer, baseline: Answer, seed: int = 0
) -> tuple[bool, ...]:
    """The orders to ask for: ``True`` shows the model's answer first."""
    if orders == "both":
        return (False, True)
    content = digest(question.turns, baseline.turns, answer.turns)
    return (draw(seed, f"order/{content}").random() < 0.5,)


def of_model(preference_for_first: float, swapped: bool) -> float:
    """The preference for the model, from that for the answer shown first."""
    return preference_for_first if swapped else 1.0 - preference_for_first


@dataclass(frozen=True, slots=True)
class Paired:
    """All judgements of one model's answer (or one turn of it) to one question.

    ``half`` tells that others of this model were judged in both orders and this one in one: it has no
    preference, because it would bring the position bias back in.
    """

    model: str
    question: str
    turn: int
    judgements: tuple[Judgement, ...]
    half: bool = False

    @property
    def baseline(self) -> str:
        """What the model is compared with; empty for grades."""
        return self.judgements[0].baseline

    @property
    def preference(self) -> float | None:
        """The mean over orders, or ``None`` where one of them could not be read or is absent."""
        if self.half:
            return None
        values = [each.value for each in self.judgements if each.value is not None]
        return sum(values) / len(values) if values and len(values) == len(self.judgements) else None

    @property
    def verdict(self) -> float | None:
        """1 for a win, 0 for a loss, 0.5 for a tie, which a disagreement of the two orders is too; ``None``
        where one of them could not be read."""
        if self.preference is None:
            return None
        sides = {_side(each.value) for each in self.judgements if each.value is not None}
        return sides.pop() if len(sides) == 1 else 0.5


def _side(preference: float) -> float:
    return 0.5 if preference == 0.5 else float(preference > 0.5)


def paired(judgements: Iterable[Judgement]) -> list[Paired]:
    """Judgements brought together by model, question, turn and baseline, in the order of their first
    appearance."""
    found: dict[tuple[str, str, int, str], list[Judgement]] = defaultdict(list)
    for each in judgements:
        found[each.model, each.question, each.turn, each.baseline].append(each)
    both = {key[0] for key, each in found.items() if len({one.swapped for one in each}) == 2}
    return [
        Paired(
            model, question, turn, tuple(each), model in both and len(each) == 1 and each[0].value is not None
        )
        for (model, question, turn, _), each in found.items()
    ]


def against_one(pairs: Sequence[Judgement], wanted: str) -> tuple[list[Judgement], str, list[str]]:
    """Every comparison seen from the model against one baseline: ``wanted``, or the one that all of them
    share. Returns them, the baseline, and notes.

    Raises:
        BadInput: there is no such baseline.
    """
    sides = Counter(name for each in pairs for name in {each.model, each.baseline})
    shared = [name for name, count in sides.items() if count == len(pairs)]
    baseline = wanted or (pairs[0].baseline if pairs[0].baseline in shared else next(iter(shared), ""))
    if not baseline or baseline not in sides:
        raise BadInput(
            "the comparisons have no baseline in common: " + ", ".join(sorted(sides)),
            where="baseline",
            remedy="choose one of these models with the setting baseline",
        )
    found, left_out = [], 0
    for each in pairs:
        if each.baseline == baseline:
            found.append(each)
        elif each.model == baseline:
            found.append(_turned(each))
        else:
            left_out += 1
    return (
        found,
        baseline,
        [f"{counted(left_out, 'game')} not against {baseline}, left out"] if left_out else [],
    )


def _turned(judgement: Judgement) -> Judgement:
    """The same comparison seen from the other side, lengths included."""
    facts = dict(judgement.facts)
    for name, other in (("len_model", "len_baseline"), ("len_baseline", "len_model")):
        if other in judgement.facts:
            facts[name] = judgement.facts[other]
    return replace(
        judgement,
        model=judgement.baseline,
        baseline=judgement.model,
        value=None if judgement.value is None else 1.0 - judgement.value,
        swapped=not judgement.swapped,
        facts=facts,
    )


def habits(pairs: Iterable[Paired]) -> Mapping[str, Any]:
    """What the judge does with the order, in percent: how often the first place won, and how often the winner
    changed with the order. Ties are no choice of a place, and a judgement whose order is not known
    (``facts["order"] == "unknown"``) says nothing of places.

    Raises:
        MissingExtra: numpy is not installed.
    """
    judgements = [each for pair in pairs for each in pair.judgements]
    rows = [
        (f"{each.model}/{each.baseline}/{each.turn}/{each.question}", each.swapped, each.value)
        for each in judgements
        if each.facts.get("order") != "unknown"
    ]
    found = statistics("position").position(rows)
    return {
        "judgements": len(judgements),
        "unreadable": sum(each.value is None for each in judgements),
        "first_position": found.first,
        "first_position_interval": found.first_interval.as_list() if found.first_interval else None,
        "flip_rate": found.flips,
        "flip_interval": found.flips_interval.as_list() if found.flips_interval else None,
        "both_orders": found.both,
        "half": found.half,
    }
