"""Examples that a judge holds to be good enough: a rubric against a bar, asked for more than once.

The idea of a graded rubric is common (AlpaGasus: Chen et al. 2023, arXiv:2307.08701; MT-Bench's single-answer
grading: Zheng et al. 2023, arXiv:2306.05685). Departures: grades by named criteria rather than one number, at
least two judgings with another wording and order, and a disagreement that is counted, not averaged away. The
wording is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from tutelage.asking import Ask, Sampling
from tutelage.errors import BadInput
from tutelage.filters.filter import NOT_JUDGED, AssessedGate, Filter, Gate
from tutelage.filters.rubric import FOLDER, Grades, Rubric
from tutelage.prompts import check_overrides
from tutelage.records import Example, Message, Reply, Verdict, assistant, conversation, user
from tutelage.replies import Unreadable
from tutelage.text import language_of

DISAGREED = "disagreed"
_RAW_MOST = 200  # characters of an unreadable reply that the detail quotes


class Quality(Filter):
    """Settings of the filter ``quality``. The recipe's judge is asked; its teacher, where it has no judge.

    An example is kept when the mean of its scores reaches ``bar`` and no criterion stays under ``floor``.
    """

    kind: ClassVar[str] = "quality"
    paper: ClassVar[str] = "Chen et al. 2023, AlpaGasus; Zheng et al. 2023, LLM-as-a-judge"
    memory: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("chat",)

    criteria: tuple[str, ...] = Field(
        default=("correct", "complete", "obedient", "clear", "specific"),
        description="criteria by name: correct, complete, obedient (to the request), clear, specific",
    )
    own_criteria: Mapping[str, str] = Field(
        default={}, description="further criteria: a name, and what it asks of an answer in a sentence"
    )
    scale: Literal[5, 10] = Field(default=5, description="scores go from 1 to this")
    bar: float = Field(default=3.5, description="least mean score of a kept example")
    floor: float = Field(default=2.0, description="least score of every single criterion")
    judgings: int = Field(default=2, ge=1, le=4, description="how often an example is judged")
    tolerance: float = Field(
        default=1.0, ge=0, description="points between two means that still count as agreement"
    )
    disagreement: Literal["lower", "reject", "average"] = Field(
        default="lower", description="what holds where judgings disagree"
    )
    language: Literal["auto", "en", "zh"] = Field(
        default="auto", description="language of the rubric; auto: Chinese for Chinese questions"
    )
    prompts: Mapping[str, str] = Field(default={}, description="own wording of: first, second, again")
    structured: Literal["auto", "on", "off"] = Field(
        default="auto", description="hold the reply to a JSON schema; auto: where the judge can"
    )
    temperature: float | None = Field(default=0.0, ge=0, description="of the judge")
    max_tokens: int = Field(default=400, ge=1, description="of one reply")

    _rubric: Rubric = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Refuse a bar off the scale, unknown criteria and unknown steps before any work."""
        for name, value in (("bar", self.bar), ("floor", self.floor)):
            if not 1 <= value <= self.scale:
                raise BadInput(
                    f"the scale goes from 1 to {self.scale}, and {name} is {value:g}",
                    where=f"quality.{name}",
                    remedy=f"choose a value from 1 to {self.scale}",
                )
        for language in ("en", "zh") if self.language == "auto" else (self.language,):
            check_overrides(FOLDER, language, self.prompts)
        self._rubric = Rubric(self.criteria, self.own_criteria, 1, self.scale, self.prompts)

    def start(self) -> Gate:
        """A gate that takes the judge's word."""
        return AssessedGate()

    async def assess(self, example: Example, ask: Ask) -> Verdict:
        """All judgings of ``example`` and what follows from them.

        Raises:
            CallFailed: the judge did not answer.
        """
        if any(message.images for message in example.messages) and not ask.abilities.images:
            return Verdict(False, NOT_JUDGED, detail=f"the judge {ask.name} cannot see images")
        grades: list[Grades] = []
        for judging in range(self.judgings):
            try:
                grades.append(await self._judged(judging, example, ask))
            except Unreadable as error:
                return Verdict(False, "unreadable", detail=error.detail)
        return self._verdict(grades)

    async def _judged(self, judging: int, example: Example, ask: Ask) -> Grades:
        """One judging: asked, and once more where the reply cannot be read."""
        language = self._language(example)
        question, answer = _parts(example)
        images = tuple(image for message in example.messages for image in message.images)
        first = replace(user(self._rubric.question(judging, language, question, answer)), images=images)
        sampling = self._sampling(judging, ask)
        reply = await ask([first], turn=f"judging-{judging + 1}", sampling=sampling)
        try:
            return self._rubric.read(reply.text)
        except Unreadable as error:
            again = user(self._rubric.again(judging, language, error.detail))
        talk = [first, assistant(reply.text), again]
        reply = await ask(talk, turn=f"judging-{judging + 1}-2", sampling=sampling)
        return self._read_at_last(reply, talk)

    def _read_at_last(self, reply: Reply, talk: Sequence[Message]) -> Grades:
        try:
            return self._rubric.read(reply.text)
        except Unreadable as error:
            said = " ".join((reply.text.strip() or talk[1].content).split())[:_RAW_MOST]
            raise Unreadable(error.reason, f"{error.detail}; the judge wrote {said!r}") from error

    def _sampling(self, judging: int, ask: Ask) -> Sampling:
        able = self.structured == "on" or (self.structured == "auto" and ask.abilities.schema)
        schema = self._rubric.schema(judging) if able else None
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens, schema=schema)

    def _language(self, example: Example) -> str:
        if self.language != "auto":
            return self.language
        return "zh" if language_of(f"{example.instruction}\n{example.input}") == "zh" else "en"

    # --- the verdict ---------------------------------------------------------------------------------

    def _verdict(self, grades: Sequence[Grades]) -> Verdict:
        means = [each.mean for each in grades]
        differ = max(means) - min(means) > self.tolerance
        score = min(means) if differ and self.disagreement == "lower" else sum(means) / len(means)
        reason = DISAGREED if differ else ""
        keep = True
        weak = self._weakest(grades, lowest=differ and self.disagreement == "lower")
        if differ and self.disagreement == "reject":
            keep = False
        elif score < self.bar:
            keep, reason = False, "below_bar"
        elif weak:
            keep, reason = False, "below_floor"
        return Verdict(keep, reason, round(score, 4), _detail(grades, weak, differ))

    def _weakest(self, grades: Sequence[Grades], *, lowest: bool) -> str:
        """The first criterion under the floor, by the mean of its scores or the ``lowest`` of them."""
        for name in self._rubric.names:
            scores = [each.scores[name] for each in grades]
            if (min(scores) if lowest else sum(scores) / len(scores)) < self.floor:
                return name
        return ""


def _parts(example: Example) -> tuple[str, str]:
    """The request (a whole conversation, where there is one, or a system prompt) and the last answer."""
    last = max(
        (place for place, message in enumerate(example.messages) if message.role == "assistant"),
        default=len(example.messages),
    )
    before = example.messages[:last]
    alone = len(before) == 1 and before[0].role == "user"
    return (before[0].content if alone else conversation(before)), example.output


def _detail(grades: Sequence[Grades], weak: str, differ: bool) -> str:
    said = []
    for each in grades:
        scores = ", ".join(f"{name} {score:g}" for name, score in each.scores.items())
        said.append(f"{each.mean:.2f} ({scores}){': ' + each.rationale if each.rationale else ''}")
    notes = [f"weak: {weak}"] if weak else []
    notes += ["the judgings disagree"] if differ else []
    return " | ".join([*notes, *said])
