"""A run's own test set, kept away from training: how likely is the known answer, and how often is it given?

    loss    the mean of -log p over the tokens of the known answers (perplexity is its exponential); by
    byte and by word too, which any two students can be compared by, whatever their tokenisers
    match   the share of answers that equal the known one: exactly, and after ``text.normalise``

A student that cannot score is asked alone. Scores are kept in the answers, so that all figures can be
made again
without a model. That loss on held-out rows is no measure of quality by itself, LIMA has shown (Zhou et
al. 2023, arXiv:2305.11206, section 5): report it beside judged answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.asking import Ask, Score
from tutelage.errors import BadInput
from tutelage.evaluate.accuracy import accuracy, by_group, macro, ratio
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Measure, Question
from tutelage.evaluate.measures import percent
from tutelage.evaluate.ruled import RULE, Graded, Ruled, all_lines, told
from tutelage.evaluate.statistics.interval import student
from tutelage.records import Example, Finish, user
from tutelage.rows import Naming, read_rows
from tutelage.text import normalise, words

_UNITS = ("token", "byte", "word")


class HeldOut(Ruled):
    """Settings of the bench ``held-out``; the questions file is a dataset file in any format that is
    exported."""

    kind: ClassVar[str] = "held-out"
    headline: ClassVar[tuple[str, ...]] = ("loss_per_token", "perplexity", "loss_per_byte", "match")

    loss: Literal["auto", "on", "off"] = Field(
        default="auto", description="score the known answers; auto: where the student can"
    )
    match: bool = Field(default=True, description="let the student answer, and compare")
    category: str = Field(default="", description="key of the cell that results are grouped by")

    def model_post_init(self, context: object, /) -> None:
        """Refuse a bench that would do nothing."""
        if self.loss == "off" and not self.match:
            raise BadInput(
                "neither loss nor match is wanted", where="held-out", remedy="set loss: on, or match: true"
            )

    @property
    def student_needs(self) -> tuple[str, ...]:
        """``score`` where the loss is ``on``, ``chat`` where answers are compared."""
        needs = (("score",) if self.loss == "on" else ()) + (("chat",) if self.match else ())
        return needs or ("score",)

    def questions(self) -> Sequence[Question]:
        """One for each example: what is asked last, what was said before, and the known answer."""
        return read_held_out(self.file(), self.category)

    async def answer(self, question: Question, ask: Ask) -> Answer:
        """Score the known answer and ask for one; ``facts`` has ``loss`` (nats) and ``tokens``."""
        facts: dict[str, Any] = {}
        if self.loss == "on" or (self.loss == "auto" and ask.abilities.score):
            said = [*question.context, user(question.turns[-1])]
            score = await ask.score(said, question.references[0], turn="loss")
            facts["loss"] = -float(score)
            facts["tokens"] = score.tokens if isinstance(score, Score) else 0
        text = ""
        finish: Finish = "stop"
        if self.match:
            given = await super().answer(question, ask)
            text, finish = given.text, given.finish
        return Answer(question.id, ask.name, (text,), finish, facts)

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """1 where the answer equals the known one but for case, width and space; ``None`` where none was
        asked for. ``facts`` has what the figures need: loss, lengths, and whether the match is exact."""
        known = question.references[0]
        facts: dict[str, Any] = {"bytes": len(known.encode("utf-8", "replace")), "words": words(known)}
        facts |= {name: answer.facts[name] for name in ("loss", "tokens") if name in answer.facts}
        if not self.match:
            return [Judgement(question.id, answer.model, None, judge=RULE, facts=facts)]
        facts["exact"] = answer.text.strip() == known.strip()
        same = float(normalise(answer.text) == normalise(known))
        return [Judgement(question.id, answer.model, same, judge=RULE, raw=answer.text, facts=facts)]

    def measured(self, evidence: Evidence) -> Sequence[Measure]:
        """The share of matches in percent; and the loss in nats per 1,000 bytes of the known answer, by which
        students with different tokenisers compare. Questions whose known answer differs between students
        have no loss.

        Raises:
            BadInput: as :meth:`figures`.
        """
        graded = self.graded(evidence)
        matches = {
            model: {key: percent(each.value) for key, each in found.verdicts.items()}
            for model, found in graded.items()
        }
        lengths: dict[str, set[float]] = {}
        for found in graded.values():
            for key, each in found.verdicts.items():
                lengths.setdefault(key, set()).add(each.facts.get("bytes", 0))
        sizes = {key: min(each) for key, each in lengths.items() if len(each) == 1 and min(each) > 0}
        losses = {
            model: {key: _per_1000(each.facts) for key, each in found.verdicts.items() if key in sizes}
            for model, found in graded.items()
        }
        name, endless = "nats of loss per 1,000 bytes", math.inf
        return [
            Measure("match in percent", matches),
            Measure(name, losses, 0.0, endless, higher_is_better=False, sizes=sizes),
        ]

    def figures(self, evidence: Evidence) -> Figures:
        """Loss by token, byte and word with intervals over examples, perplexity, and both matches."""
        graded = self.graded(evidence)
        models = {model: _figures(each, evidence) for model, each in graded.items()}
        lines = [line for model, found in models.items() for line in _told(model, found)]
        return Figures(self.kind, models, lines=all_lines(evidence, graded, lines))


def read_held_out(path: Path, category: str = "") -> list[Question]:
    """The rows of a dataset file as questions with their known answers, for any bench; ``category`` is the
    key of the cell that results are grouped by.

    Raises:
        BadInput: the file cannot be read, or a row has no answer.
    """
    naming = Naming()
    return [_question(naming.example(row), row.place, category) for row in read_rows(path)]


def _question(example: Example, place: str, category: str) -> Question:
    *before, last = example.messages
    if not before or last.role != "assistant" or before[-1].role != "user" or not last.content.strip():
        raise BadInput(
            "a held-out row must end with a question and its known answer",
            where=place,
            remedy="give rows with an answer; `tutelage filter --filters shape` finds those without",
        )
    return Question(
        example.id,
        (before[-1].content,),
        tuple(before[:-1]),
        category=example.cell.get(category, "") if category else "",
        references=(last.content,),
    )


def _figures(graded: Graded, evidence: Evidence) -> dict[str, Any]:
    verdicts = graded.verdicts
    scored = [each.facts for each in verdicts.values() if math.isfinite(each.facts.get("loss", math.nan))]
    found: dict[str, Any] = {"n": len(verdicts), "missing": graded.missing, "scored": len(scored)}
    for unit in _UNITS:
        found |= _loss(unit, scored)
    if "loss_per_token" in found:
        found["perplexity"] = math.exp(min(found["loss_per_token"], 700.0))
    asked = {name: each for name, each in verdicts.items() if each.value is not None}
    if asked:
        same = accuracy([bool(each.value) for each in asked.values()])
        exact = accuracy([bool(each.facts.get("exact")) for each in asked.values()])
        groups = by_group(
            [
                (evidence.questions[name].category, bool(each.value))
                for name, each in asked.items()
                if name in evidence.questions
            ]
        )
        found |= {"match": same["accuracy"], "match_interval": same["interval"]}
        found |= {"exact_match": exact["accuracy"], "exact_match_interval": exact["interval"]}
        found |= {"macro": macro(groups), "categories": groups}
    return found


def _per_1000(facts: Mapping[str, Any]) -> float | None:
    """The loss of one known answer in nats per 1,000 bytes; ``None`` where it was not scored."""
    loss = facts.get("loss", math.nan)
    return 1000 * loss / facts["bytes"] if math.isfinite(loss) else None


def _loss(unit: str, scored: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Summed loss over summed length; nothing where a length is not known."""
    lengths = [each.get(f"{unit}s", 0) for each in scored]
    if not scored or not all(lengths):
        return {}
    loss, error = ratio([each["loss"] for each in scored], lengths)
    held = student(loss, error, len(scored)) if len(scored) > 1 else None
    name = f"loss_per_{unit}"
    return {name: loss, f"{name}_interval": [held.low, held.high] if held else None}


def _told(model: str, found: Mapping[str, Any]) -> list[str]:
    lines = []
    name = "loss_per_token" if "loss_per_token" in found else "loss_per_byte"
    if name in found:
        held = found[f"{name}_interval"]
        span = f" (95 % interval {held[0]:.3f} to {held[1]:.3f})" if held else ""
        unit = name.removeprefix("loss_per_")
        lines.append(f"{model}: loss {found[name]:.3f} nats per {unit}{span}, n = {found['scored']:,}")
    elif not found["scored"]:
        lines.append(f"{model}: cannot score a given answer, so there is no loss")
    if "match" in found:
        lines.append(told("match", model, found["match"], found["match_interval"], found["n"]))
    return lines
