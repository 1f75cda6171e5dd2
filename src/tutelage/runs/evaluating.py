"""An evaluation from questions to figures: students answer, a judge grades, and all of it stays on record.

    questions → answers of each student (or from files) → judgements → figures

Calls go through the gateway into OUT/evaluation.db, so the same command again asks only what is new. Students
are asked one after the other, because two models seldom fit into memory; questions side by side. Raw
judgements lie in OUT/judgements.jsonl and, where the bench has one, in the published format.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from tutelage.asking import TeacherRole
from tutelage.errors import BadInput, CallFailed
from tutelage.evaluate.bench import CALL_FAILED, Answer, Bench, Evidence, Figures, Judgement, Question
from tutelage.evaluate.canaries import PREFIX, SANITY, canaries
from tutelage.evaluate.conclusions import conclude
from tutelage.evaluate.human import with_labels
from tutelage.evaluate.labels import read_labels
from tutelage.recipe.settings import Budget, PaceOptions, Price
from tutelage.rows import write_rows
from tutelage.runs.gateway import Gateway
from tutelage.runs.side_by_side import side_by_side
from tutelage.store.calls import Calls
from tutelage.store.database import Database
from tutelage.teachers.teacher import Teacher
from tutelage.text import counted

_DOCTOR = "tutelage doctor tells what a model can do"
_CAN = {
    "score": "a .gguf file, a student's folder or hf:MODEL can",
    "logprobs": "or let the judge decide in words: --set alpaca-eval.preference=verdict",
}
DATABASE, FIGURES, JUDGEMENTS = "evaluation.db", "figures.json", "judgements.jsonl"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is to be evaluated.

    ``questions`` are the bench's own where none are given. ``students`` are models by name; ``answers`` are
    answers on record, by model and question id. ``baseline`` names the one of them that the others are
    compared with; a bench that grades grades it too. ``sanity`` is on how many questions the answers of known
    worth are judged beside the models (0: none). ``labels`` is a file of people's verdicts on the answers.
    """

    bench: Bench
    questions: Sequence[Question] | None = None
    students: Mapping[str, Teacher] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    baseline: str = ""
    judge: Teacher | None = None
    limit: int | None = None
    sanity: int = 20
    seed: int = 42
    labels: Path | None = None
    notes: Sequence[str] = ()
    budget: Budget = field(default_factory=Budget)
    pace: PaceOptions = field(default_factory=PaceOptions)
    prices: Mapping[str, Price] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """What came out: the figures, what they are made of, and where it lies."""

    figures: Figures
    evidence: Evidence
    out: Path | None = None
    files: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {**self.figures.as_dict(), "out": str(self.out) if self.out else None, "files": [*self.files]}


def evaluate_recorded(bench: Bench, paths: Sequence[Path], *, labels: Path | None = None) -> Evaluation:
    """The figures of judgements on record; no model is asked. ``labels`` is a file of people's verdicts.

    Raises:
        BadInput: a file is damaged or of another format, or nothing in it can be counted.
    """
    evidence = bench.recorded(paths)
    return Evaluation(_figures(bench, evidence, labels), evidence)


def keep(bench: Bench, found: Evaluation, out: Path) -> Evaluation:
    """``found`` with its judgements and figures written to the folder ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    return replace(found, out=out, files=write(bench, found.evidence, found.figures, out))


def evaluate(plan: Plan, out: Path, *, tell: Tell = lambda line: None) -> Evaluation:
    """Carry ``plan`` out in the folder ``out``, going on where an earlier execution stopped.

    Raises:
        BadInput: no student and no answers, a model that cannot do what the bench needs, no judge or baseline
            where one is needed.
        TeacherRefused, BudgetReached, StoreFailed: no model can be asked any more; what came in is kept.
        RunLocked: another process works in ``out``.
    """
    evidence = gather(plan, out, tell=tell)
    figures = _figures(plan.bench, evidence, plan.labels)
    return Evaluation(figures, evidence, out, write(plan.bench, evidence, figures, out))


def gather(plan: Plan, out: Path, *, tell: Tell = lambda line: None) -> Evidence:
    """The answers and judgements of ``plan`` without their figures; raises as :func:`evaluate`."""
    check(plan)
    out.mkdir(parents=True, exist_ok=True)
    with closing(Database(out / DATABASE)) as database:
        return asyncio.run(_Work(plan, Calls(database), tell).evidence())


def check(plan: Plan) -> None:
    """Refuse, before anything is asked, what cannot come to an end; see :func:`evaluate`."""
    bench = plan.bench
    if not plan.students and not [name for name in plan.answers if name != plan.baseline]:
        raise BadInput(
            "nobody is evaluated",
            where=bench.kind,
            remedy="name a model with --student, answers with --answers, or recorded judgements with --from",
        )
    if bench.judged and plan.judge is None:
        raise BadInput(
            f"the bench '{bench.kind}' asks a judge, and none is named",
            where="--judge",
            remedy="name a model: --judge openai:gpt-4o, a .gguf file, or a recipe that has one",
        )
    if bench.paired and not plan.baseline:
        raise BadInput(
            f"the bench '{bench.kind}' compares with a baseline, and none is named",
            where="--baseline",
            remedy="name a file of answers or a model",
        )
    for role, needs, models in (
        ("student", bench.student_needs, list(plan.students.values())),
        ("judge", bench.needs, [plan.judge] if plan.judge and bench.judged else []),
    ):
        for model in models:
            for need in needs:
                if not getattr(model.abilities, need):
                    raise BadInput(
                        f"the bench '{bench.kind}' needs a {role} that can do '{need}',"
                        f" and {model.name} ({model.kind}) cannot",
                        where=f"--{role}",
                        remedy=f"name another model; {_CAN.get(need, _DOCTOR)}",
                    )


def _figures(bench: Bench, evidence: Evidence, labels: Path | None = None) -> Figures:
    figures = conclude(bench, evidence, bench.figures(evidence))
    return with_labels(figures, bench, evidence, read_labels(labels)) if labels else figures


class _Work:
    """One execution: answers first, then judgements."""

    def __init__(self, plan: Plan, calls: Calls, tell: Tell) -> None:
        self._plan = plan
        self._calls = calls
        self._tell = tell
        self._notes: list[str] = list(plan.notes)
        questions = plan.bench.questions() if plan.questions is None else plan.questions
        self._questions = questions[: plan.limit] if plan.limit is not None else questions

    async def evidence(self) -> Evidence:
        """Everything that was answered and judged."""
        plan = self._plan
        asked = {each.id for each in self._questions}
        answers = {
            name: {key: answer for key, answer in given.items() if key in asked}
            for name, given in plan.answers.items()
        }
        for name, student in plan.students.items():
            answers[name] = answers.get(name, {}) | await self._answered(name, student)
        if plan.bench.judged and plan.sanity:
            answers |= self._sanity(answers)
        judgements = await self._judged(answers)
        questions = {each.id: each for each in self._questions}
        return Evidence(questions, answers, judgements, plan.baseline, self._notes)

    async def _answered(self, name: str, student: Teacher) -> dict[str, Answer]:
        bench = self._plan.bench

        async def put(question: Question, gateway: Gateway) -> Answer | None:
            try:
                ask = gateway.at(f"answer/{bench.kind}", question.id, "student")
                return replace(await bench.answer(question, ask), model=name)
            except CallFailed as error:
                self._notes.append(f"{name}: no answer to {question.id}: {error.reason}")
                return None

        found = await self._with({"student": student}, f"{name} answers", self._questions, put)
        return {answer.question: answer for answer in found if answer is not None}

    def _sanity(self, answers: Mapping[str, Mapping[str, Answer]]) -> dict[str, dict[str, Answer]]:
        """Answers of known worth, on the first questions that the best of what is at hand has answered."""
        plan = self._plan
        good = answers.get(plan.baseline) or next((each for each in answers.values() if each), {})
        wanted = [each.id for each in self._questions if each.id in good][: plan.sanity]
        return canaries({key: good[key] for key in wanted}, SANITY, seed=plan.seed)

    async def _judged(self, answers: Mapping[str, Mapping[str, Answer]]) -> list[Judgement]:
        plan, bench = self._plan, self._plan.bench
        baseline = answers.get(plan.baseline, {})
        pairs = [
            (question, given[question.id])
            for name, given in answers.items()
            if name != plan.baseline or not bench.paired
            for question in self._questions
            if question.id in given and (not bench.paired or question.id in baseline)
        ]
        self._tell_missing(answers)

        async def grade(pair: tuple[Question, Answer], gateway: Gateway | None) -> Sequence[Judgement]:
            question, answer = pair
            place = f"{question.id}/{answer.model}"
            ask = gateway.at(f"judge/{bench.kind}", place, "judge") if gateway else None
            try:
                return await bench.judge(question, answer, baseline.get(question.id), ask)
            except CallFailed as error:
                raw = f"no judgement: {error.reason}"
                facts = {"problem": CALL_FAILED}
                return [Judgement(question.id, answer.model, None, plan.baseline, raw=raw, facts=facts)]

        if not bench.judged:
            return [each for pair in pairs for each in await grade(pair, None)]
        assert plan.judge is not None  # checked before the work began
        groups = await self._with({"judge": plan.judge}, f"{plan.judge.name} judges", pairs, grade)
        return [each for group in groups for each in group]

    def _tell_missing(self, answers: Mapping[str, Mapping[str, Answer]]) -> None:
        for name, given in answers.items():
            lacking = len(self._questions) - len(given)
            if lacking and not name.startswith(PREFIX):
                of = counted(len(self._questions), "question")
                self._notes.append(f"{name}: {lacking} of {of} have no answer and are left out")

    async def _with(
        self,
        roles: Mapping[TeacherRole, Teacher],
        doing: str,
        work: Sequence[Any],
        each: Callable[[Any, Gateway], Any],
    ) -> list[Any]:
        """``each`` for all of ``work`` side by side, with a gateway of its own to ``roles``."""
        plan = self._plan
        async with Gateway(
            self._calls, roles, budget=plan.budget, pace=plan.pace, prices=plan.prices
        ) as gateway:
            pieces = (partial(each, one, gateway) for one in work)
            return await side_by_side(pieces, gateway, doing, len(work), self._tell)


def write(bench: Bench, evidence: Evidence, figures: Figures, out: Path) -> tuple[str, ...]:
    """Answers, judgements, figures and the published format as files in ``out``; their names."""
    names = [FIGURES, JUDGEMENTS]
    write_rows(out / JUDGEMENTS, [asdict(each) for each in evidence.judgements])
    for model, given in evidence.answers.items():
        if given and not model.startswith(PREFIX):
            name = f"answers/{_file_name(model)}.jsonl"
            (out / "answers").mkdir(exist_ok=True)
            write_rows(out / name, _answer_rows(evidence, given.values()))
            names.append(name)
    names += [str(path.relative_to(out)) for path in bench.record(evidence, out)]
    fresh = out / f"{FIGURES}.new"
    told = {**figures.as_dict(), "settings": _settings(bench)}
    fresh.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    fresh.replace(out / FIGURES)
    return tuple(names)


def _settings(bench: Bench) -> dict[str, Any]:
    """What was set, so that the bench can be made again from the folder alone; files lie where they lay."""
    files = {name for name in type(bench).model_fields if name.endswith("_file")}
    return bench.model_dump(mode="json", exclude_defaults=True, exclude=files)


def _answer_rows(evidence: Evidence, answers: Iterable[Answer]) -> list[dict[str, Any]]:
    return [
        {
            "id": each.question,
            "question": "\n".join(evidence.questions[each.question].turns),
            "model": each.model,
            "turns": list(each.turns),
            "answer": each.text,
            "finish": each.finish,
            "facts": dict(each.facts),
        }
        for each in answers
        if each.question in evidence.questions
    ]


def _file_name(model: str) -> str:
    """``model`` as a file's name: what could lead elsewhere becomes a dash."""
    return "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in model).lstrip(".") or "model"
