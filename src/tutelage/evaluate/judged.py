"""What the benches with a judge share: settings, one verdict asked for, one judge's record taken.

A reply that cannot be read is asked for once more, in the same conversation and under another turn name, so
that both replies are stored. What cannot be read then has no value: it is counted, and never becomes a tie.
"""

from __future__ import annotations

import math
from abc import ABC
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.asking import Ask, Sampling
from tutelage.errors import BadInput, nearest
from tutelage.evaluate.bench import Answer, Bench, Evidence, Judgement, Question
from tutelage.evaluate.fences import fence
from tutelage.evaluate.hub import HubSet, hub_rows
from tutelage.evaluate.question_files import Columns, questions_from, read_questions
from tutelage.prompts import check_overrides, load
from tutelage.records import Reply, assistant, user
from tutelage.replies import Unreadable
from tutelage.text import counted, language_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reply, or the second after an unreadable one, came to. ``value`` is ``None`` where neither
    could be read; ``problem`` is then the reason's code. ``first`` is the reply that was refused."""

    value: float | None
    raw: str
    problem: str = ""
    first: str = ""

    def facts(self) -> dict[str, Any]:
        """For the judgement's facts: only what is out of the ordinary."""
        return {name: text for name, text in (("problem", self.problem), ("first_reply", self.first)) if text}


class Judged(Bench, ABC):
    """The settings that every judged bench has, and how it asks."""

    judged: ClassVar[bool] = True
    folder: ClassVar[str] = ""  # the room of its prompts
    hub: ClassVar[HubSet | None] = None  # where its questions are, if no file is named

    questions_file: str = Field(
        default="", description="the questions: JSON, JSON Lines, CSV, TSV or Parquet"
    )
    columns: Columns = Field(
        default=Columns(), description="columns of the file: id, question, category, reference"
    )
    judge_name: str = Field(
        default="", description="whose judgements count where several judges are recorded"
    )
    language: Literal["auto", "en", "zh"] = Field(
        default="auto", description="language of the judge's prompt; auto: Chinese for Chinese questions"
    )
    prompts: Mapping[str, str] = Field(default={}, description="own wording of the judge's prompts, by step")
    temperature: float | None = Field(default=0.0, ge=0, description="of the judge")
    max_tokens: int = Field(default=2048, ge=1, description="of one reply of the judge")

    def model_post_init(self, context: Any, /) -> None:
        """Refuse unknown steps before any work."""
        for language in ("en", "zh") if self.language == "auto" else (self.language,):
            check_overrides(self.folder, language, self.prompts)

    def questions(self) -> Sequence[Question]:
        """The questions of ``questions_file``, or the published ones from the hub.

        Raises:
            BadInput: the file cannot be read, or none is named and the hub has none or is out of reach.
            MissingExtra: the hub is wanted without the package for it.
        """
        if self.questions_file:
            return read_questions(Path(self.questions_file), self.columns)
        if self.hub is not None:
            return questions_from(hub_rows(self.hub), self.columns)
        raise BadInput(
            f"the bench '{self.kind}' has no questions",
            where="questions_file",
            remedy="name a file of questions: --questions FILE, or questions_file in the recipe",
        )

    def questions_if_any(self) -> Mapping[str, Question]:
        """The questions by id, or none where no file is set."""
        return {each.id: each for each in self.questions()} if self.questions_file else {}

    def wording(self, step: str, question: Question) -> Callable[..., str]:
        """``render`` of one step in the language of the question; the slot ``fence`` is filled here."""
        language = self.language
        if language == "auto":
            language = "zh" if language_of(question.turns[-1]) == "zh" else "en"
        render = load(self.folder, step, language, self.prompts).render
        return lambda **slots: render(**slots, fence=fence(slots.values()))

    async def ask_judge(
        self,
        ask: Ask,
        prompt: str,
        again: str,
        read: Callable[[Reply], float],
        *,
        turn: str,
        sampling: Sampling | None = None,
    ) -> Verdict:
        """Ask for a verdict, and with ``again`` once more where it cannot be read.

        Raises:
            CallFailed: the judge did not answer.
        """
        sampling = sampling or Sampling(temperature=self.temperature, max_tokens=self.max_tokens)
        reply = await ask([user(prompt)], turn=turn, sampling=sampling)
        try:
            return Verdict(read(reply), reply.text)
        except Unreadable:
            first = reply.text
        talk = (
            [user(prompt), assistant(first), user(again)] if first.strip() else [user(f"{prompt}\n\n{again}")]
        )
        reply = await ask(talk, turn=f"{turn}-again", sampling=sampling)
        try:
            return Verdict(read(reply), reply.text, first=first)
        except Unreadable as error:
            return Verdict(None, reply.text, error.reason, first)


def asker(ask: Ask | None, kind: str) -> Ask:
    """``ask``, which a judged bench cannot do without.

    Raises:
        BadInput: there is none.
    """
    if ask is None:
        raise BadInput(
            f"the bench '{kind}' needs a judge", remedy="bind one: --judge, or judge in the recipe"
        )
    return ask


def against(baseline: Answer | None, kind: str) -> Answer:
    """``baseline``, which a comparison cannot do without.

    Raises:
        BadInput: there is none.
    """
    if baseline is None:
        raise BadInput(
            f"the bench '{kind}' compares with a baseline, and it has no answer to this question",
            remedy="name the baseline's answers, or a model that gives them",
        )
    return baseline


@dataclass(frozen=True)
class Taken:
    """The judgements that count: of one judge, one for each place; ``notes`` say what was set aside."""

    judgements: tuple[Judgement, ...]
    judge: str
    notes: tuple[str, ...]


def take(evidence: Evidence, judge_name: str = "") -> Taken:
    """One judge's judgements of known questions; the last of those given twice; NaN is no value.

    Raises:
        BadInput: there is no judgement, several judges and none chosen, or the chosen one is not among them.
    """
    notes: list[str] = []
    of_judge, judge = _of_judge(evidence.judgements, judge_name)
    last: dict[tuple[Any, ...], Judgement] = {}
    twice: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for each in of_judge:
        if evidence.questions and each.question not in evidence.questions:
            unknown[each.model] += 1
            continue
        place = (each.model, each.baseline, each.question, each.turn, each.swapped)
        value = each.value if each.value is not None and math.isfinite(each.value) else None
        if place in last:
            twice[each.model] += 1
            differ[each.model] += last[place].value != value
        last[place] = replace(each, value=value)
    notes += [
        f"{model}: {counted(n, 'judgement')} given twice, {said_of(differ[model])}; the last counts"
        for model, n in twice.items()
    ]
    notes += [
        f"{model}: {counted(n, 'judgement')} of questions that are not in this bench, left out"
        for model, n in unknown.items()
    ]
    if not last:
        raise BadInput("there is no judgement of a question of this bench", remedy="check the questions file")
    return Taken(tuple(last.values()), judge, tuple(notes))


def said_of(differing: int) -> str:
    """Whether what was given twice was the same both times."""
    return f"{differing} of them with another verdict" if differing else "the same each time"


def _of_judge(judgements: Sequence[Judgement], judge_name: str) -> tuple[list[Judgement], str]:
    # A call that failed leaves a judgement without value and without a judge: it is everybody's.
    known = Counter(each.judge for each in judgements if each.judge or each.value is not None)
    if not judgements:
        raise BadInput("there is no judgement to count", remedy="run the judge, or give recorded judgements")
    if judge_name and judge_name not in known:
        raise BadInput(
            f"no judgement is by '{judge_name}'", where="judge_name", remedy=nearest(judge_name, known)
        )
    if not judge_name and len(known) > 1:
        raise BadInput(
            f"the judgements are by {len(known)} judges, whose figures do not compare: "
            + ", ".join(f"{name or '(unnamed)'} ({n})" for name, n in known.most_common()),
            where="judge_name",
            remedy="choose one: --set BENCH.judge_name=NAME; or give the files of one judge",
        )
    judge = judge_name or next(iter(known), "")
    return [
        each for each in judgements if each.judge == judge or (not each.judge and each.value is None)
    ], judge
