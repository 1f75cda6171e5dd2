"""Questions with options, answered by rank classification: which option is the likeliest continuation?

    score    the student tells the log-likelihood of each option after the question, and the largest wins
    letter   the student is shown lettered options and names one; for students that cannot score

Options of different length are made comparable by ``normalise``: ``none`` (the sum over tokens),
``tokens`` (per
token), ``characters`` (per character), or ``unconditional`` (less the likelihood after a request that tells
nothing; Brown et al. 2020, section 2.4). The scores stay in the answer, so that every figure can be
made again, by each normalisation, without a model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_uppercase
from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.asking import Ask, Score
from tutelage.evaluate.accuracy import accuracy, by_group, macro
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Question
from tutelage.evaluate.choice_rows import options_of, right_of
from tutelage.evaluate.question_files import Columns, Names, read_questions
from tutelage.evaluate.ruled import RULE, Graded, Ruled, all_lines, told
from tutelage.prompts import load
from tutelage.records import user
from tutelage.text import language_of, words

Normalise = Literal["none", "tokens", "characters", "unconditional"]
FOLDER = "choices"

_LEADING = re.compile(r"\A[\s\"'*(\[]*([A-Z])(?:[\s\"'*)\].:,，。、：]*\Z|[*\"']*[)\].:,，。、：])")
_NAMED = re.compile(
    r"(?:answer|option|choice|答案|选项?|选择)\W*(?:is|are|是|为|應該是|应该是)?\W*([A-Z])(?![a-zA-Z])"
)
_BRACKETED = re.compile(r"[(\[（]([A-Z])[)\]）]")


class Choices(Ruled):
    """Settings of the bench ``choices``."""

    kind: ClassVar[str] = "choices"
    paper: ClassVar[str] = "Brown et al. 2020, arXiv:2005.14165, section 2.4"
    headline: ClassVar[tuple[str, ...]] = ("accuracy", "interval", "chance")

    columns: Columns = Field(default=Columns(), description="which column holds what, where names differ")
    options: Names = Field(default=(), description="column of the list of options, or one for each option")
    right: str = Field(
        default="", description="column of the right option: its letter, number, label or text"
    )
    first: Literal[0, 1] = Field(
        default=0, description="the number of the first option, where it is a number"
    )
    mode: Literal["score", "letter"] = Field(default="score", description="how the student is asked")
    normalise: Normalise = Field(default="tokens", description="how scores of options become comparable")

    @property
    def student_needs(self) -> tuple[str, ...]:
        """The ability ``score``, or ``chat`` in the mode ``letter``."""
        return ("score",) if self.mode == "score" else ("chat",)

    def questions(self) -> Sequence[Question]:
        """The questions; ``facts`` has the ``options`` and the index of the ``right`` one."""
        return [self._checked(each) for each in read_questions(self.file(), self.columns)]

    def _checked(self, question: Question) -> Question:
        place = f"{self.questions_file}, question '{question.id}'"
        options, labels = options_of(question.facts, self.options, place)
        right = right_of(question.facts, self.right, options, labels, self.first, place)
        return replace(question, references=(), facts={"options": options, "right": right})

    async def answer(self, question: Question, ask: Ask) -> Answer:
        """Score every option, or ask for a letter. ``facts`` keeps scores (nats) and numbers of tokens."""
        if self.mode == "letter":
            return await self._lettered(question, ask)
        options = question.facts["options"]
        said = [*question.context, user(question.turns[-1])]
        scores = [await ask.score(said, each, turn=f"option-{n}") for n, each in enumerate(options)]
        facts: dict[str, Any] = {"scores": [float(each) for each in scores]}
        counts = [each.tokens if isinstance(each, Score) else 0 for each in scores]
        if all(counts):
            facts["tokens"] = counts
        if self.normalise == "unconditional":
            bare = [user(load(FOLDER, "unconditional", _language(question)).render())]
            facts["unconditional"] = [
                float(await ask.score(bare, each, turn=f"bare-{n}")) for n, each in enumerate(options)
            ]
        chosen = best(facts, options, self.normalise)
        return Answer(question.id, ask.name, ("" if chosen is None else options[chosen],), facts=facts)

    async def _lettered(self, question: Question, ask: Ask) -> Answer:
        lettered = list(zip(ascii_uppercase, question.facts["options"], strict=False))
        wording = load(FOLDER, "letter", _language(question))
        asked = wording.render(question=question.turns[-1], options=lettered)
        reply = await ask([*question.context, user(asked)], turn="letter")
        return Answer(question.id, ask.name, (reply.text,), reply.finish)

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """1 where the right option was chosen, else 0; ``None`` where no choice could be read."""
        options, right = question.facts["options"], question.facts["right"]
        scored = "scores" in answer.facts
        chosen = best(answer.facts, options, self.normalise) if scored else named(answer.text, options)
        facts = {
            "chosen": chosen,
            "right": right,
            "options": len(options),
            "by": {way: best(answer.facts, options, way) == right for way in ways(answer.facts)},
        }
        value = None if chosen is None else float(chosen == right)
        return [Judgement(question.id, answer.model, value, judge=RULE, raw=answer.text, facts=facts)]

    def figures(self, evidence: Evidence) -> Figures:
        """Accuracy with its interval and the chance level, by category, and by every normalisation that the
        scores allow. An answer without a readable choice counts as wrong, and is counted."""
        graded = self.graded(evidence)
        models = {model: _figures(each, evidence) for model, each in graded.items()}
        lines = []
        for model, found in models.items():
            lines.append(told("accuracy", model, found["accuracy"], found["interval"], found["n"]))
            lines.append(_against_chance(model, found))
            if found["unread"]:
                lines.append(f"{model}: {found['unread']} answers name no option; counted as wrong")
        return Figures(self.kind, models, lines=all_lines(evidence, graded, lines))


def _language(question: Question) -> str:
    return "zh" if language_of(question.turns[-1]) == "zh" else "en"


def ways(facts: Mapping[str, Any]) -> list[Normalise]:
    """The normalisations that the kept scores allow."""
    if "scores" not in facts:
        return []
    found: list[Normalise] = ["none", "tokens", "characters"]
    if "unconditional" in facts:
        found.append("unconditional")
    return found


def best(facts: Mapping[str, Any], options: Sequence[str], way: Normalise) -> int | None:
    """The index of the best option; the first of equals; ``None`` where the scores do not fit or are no
    numbers.

    Where a student does not tell numbers of tokens, words and Han characters stand for them.
    """
    scores = facts.get("scores", ())
    if len(scores) != len(options) or not all(map(math.isfinite, scores)):
        return None
    if way == "unconditional":
        bare = facts.get("unconditional", ())
        if len(bare) != len(options):
            return None
        made = [one - other for one, other in zip(scores, bare, strict=True)]
    else:
        lengths: Sequence[int] = {
            "none": [1] * len(options),
            "tokens": facts.get("tokens") or [words(each) for each in options],
            "characters": [len(each) for each in options],
        }[way]
        made = [score / max(length, 1) for score, length in zip(scores, lengths, strict=True)]
    return max(range(len(made)), key=made.__getitem__)


def named(text: str, options: Sequence[str]) -> int | None:
    """The option that a reply names: by a letter that leads it, that it announces or puts in brackets;
    else by the one option whose text it holds."""
    letters = ascii_uppercase[: len(options)]
    for pattern in (_LEADING, _NAMED, _BRACKETED):
        found = [each for each in pattern.findall(text) if each in letters]
        if found:
            return letters.index(found[-1]) if len(set(found)) == 1 or pattern is _NAMED else None
    held = [number for number, each in enumerate(options) if each.strip().lower() in text.lower()]
    return held[0] if len(held) == 1 else None


def _figures(graded: Graded, evidence: Evidence) -> dict[str, Any]:
    verdicts = graded.verdicts
    outcomes = {name: bool(each.value) for name, each in verdicts.items()}
    asked = evidence.questions
    categories = by_group(
        [(asked[name].category, right) for name, right in outcomes.items() if name in asked]
    )
    by_way: dict[str, list[bool]] = {}
    for each in verdicts.values():
        for way, right in each.facts.get("by", {}).items():
            by_way.setdefault(way, []).append(right)
    return {
        **accuracy(list(outcomes.values())),
        "chance": math.fsum(1 / each.facts["options"] for each in verdicts.values()) / len(verdicts),
        "missing": graded.missing,
        "unread": sum(each.value is None for each in verdicts.values()),
        "by_normalisation": {way: accuracy(each)["accuracy"] for way, each in by_way.items()},
        "macro": macro(categories),
        "categories": categories,
    }


def _against_chance(model: str, found: Mapping[str, Any]) -> str:
    low, high = found["interval"]
    chance = found["chance"]
    place = "above" if low > chance else "below" if high < chance else "not distinguishable from"
    return f"{model}: {place} the chance level of {chance:.1%}"
