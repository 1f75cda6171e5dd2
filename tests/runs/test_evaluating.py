"""An evaluation from questions to figures, with scripted models and a small bench."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tutelage.asking import Ask
from tutelage.errors import BadInput, BudgetReached
from tutelage.evaluate.bench import Answer, Bench, Evidence, Figures, Judgement, Question
from tutelage.evaluate.canaries import PREFIX
from tutelage.evaluate.held_out import HeldOut
from tutelage.recipe.settings import Budget
from tutelage.records import user
from tutelage.rows import read_rows
from tutelage.runs.evaluating import Plan, evaluate, evaluate_recorded, write
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request

QUESTIONS = [Question(f"q{n}", (f"What is {n} and {n}?",)) for n in range(6)]


class Longer(Bench):
    """Prefers the longer answer, by asking a judge that can count."""

    kind: ClassVar[str] = "longer"
    judged: ClassVar[bool] = True
    paired: ClassVar[bool] = True

    def questions(self) -> Sequence[Question]:
        return QUESTIONS

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        assert ask is not None
        assert baseline is not None
        reply = await ask([user(f"{len(answer.text)} {len(baseline.text)}")], turn="only")
        value = {"first": 1.0, "second": 0.0, "same": 0.5}.get(reply.text)
        return [Judgement(question.id, answer.model, value, baseline.model, ask.name, raw=reply.text)]

    def figures(self, evidence: Evidence) -> Figures:
        models = {}
        for name in evidence.answers:
            values = [
                each.value for each in evidence.judgements if each.model == name and each.value is not None
            ]
            if values:
                models[name] = {"win_rate": 100 * sum(values) / len(values), "n": len(values)}
        return Figures(self.kind, models)


def counting(request: Request) -> str:
    mine, theirs = map(int, request.messages[-1].content.split())
    return "first" if mine > theirs else "second" if mine < theirs else "same"


def saying(text: str, label: str) -> Scripted:
    return Scripted.of(lambda request: text, label=label)


def plan(**changes: Any) -> Plan:
    settings: dict[str, Any] = {
        "bench": Longer(),
        "students": {"tuned": saying("a long answer indeed", "tuned"), "plain": saying("short", "plain")},
        "baseline": "plain",
        "judge": Scripted.of(counting, label="judge"),
        "sanity": 2,
    }
    return Plan(**settings | changes)


def test_students_answer_a_judge_grades_and_all_is_on_record(tmp_path: Path) -> None:
    told: list[str] = []
    result = evaluate(plan(), tmp_path, tell=told.append)
    models = result.figures.models
    assert models["tuned"] == {"win_rate": 100.0, "n": 6}
    assert models[f"{PREFIX}identical"] == {"win_rate": 50.0, "n": 2}
    assert models[f"{PREFIX}empty"] == {"win_rate": 0.0, "n": 2}
    assert "plain" not in models  # the baseline is not judged against itself beside its sanity copy
    rows = [row.data for row in read_rows(tmp_path / "judgements.jsonl")]
    assert sum(row["model"] == "tuned" for row in rows) == 6
    assert all(row["raw"] for row in rows)
    answers = [row.data for row in read_rows(tmp_path / "answers" / "tuned.jsonl")]
    assert [row["id"] for row in answers] == [each.id for each in QUESTIONS]
    assert json.loads((tmp_path / "figures.json").read_text("utf-8"))["models"]["tuned"]["n"] == 6
    assert any(line.startswith("tuned answers: 6/6") for line in told)


def test_the_same_command_again_asks_nobody(tmp_path: Path) -> None:
    first = evaluate(plan(), tmp_path)

    def refuse(request: Request) -> str:
        raise CallTrouble("auth", "asked again")

    students = {name: Scripted.of(refuse, label=name) for name in ("tuned", "plain")}
    again = evaluate(plan(students=students, judge=Scripted.of(refuse, label="judge")), tmp_path)
    assert again.as_dict() == first.as_dict()


def test_a_budget_that_is_reached_keeps_what_came_in(tmp_path: Path) -> None:
    with pytest.raises(BudgetReached):
        evaluate(plan(budget=Budget(calls=9)), tmp_path)
    sent: list[int] = []

    def counted(request: Request) -> str:
        sent.append(1)
        return counting(request)

    evaluate(plan(judge=Scripted.of(counted, label="judge")), tmp_path)
    assert len(sent) <= 6 + 4 * 2


def test_a_student_that_fails_at_a_question_loses_only_that_one(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        if "3 and 3" in request.messages[-1].content:
            raise CallTrouble("bad_request", "no")
        return "a long answer indeed"

    students = {"tuned": Scripted.of(answer, label="tuned"), "plain": saying("short", "plain")}
    result = evaluate(plan(students=students), tmp_path)
    assert result.figures.models["tuned"]["n"] == 5
    assert any("q3" in line for line in result.figures.lines)
    assert any("1 of 6 questions have no answer" in line for line in result.figures.lines)


def test_answers_on_record_and_a_limit(tmp_path: Path) -> None:
    answers = {
        "plain": {each.id: Answer(each.id, "plain", ("short",)) for each in QUESTIONS},
        "file": {each.id: Answer(each.id, "file", ("rather longer",)) for each in QUESTIONS[:4]},
    }
    result = evaluate(plan(students={}, answers=answers, limit=5), tmp_path)
    assert result.figures.models["file"] == {"win_rate": 100.0, "n": 4}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"students": {}}, "nobody is evaluated"),
        ({"judge": None}, "asks a judge"),
        ({"baseline": ""}, "compares with a baseline"),
    ],
)
def test_what_cannot_come_to_an_end_is_refused_before_anything_is_asked(
    tmp_path: Path, changes: dict[str, Any], what: str
) -> None:
    with pytest.raises(BadInput, match=what):
        evaluate(plan(**changes), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_judge_that_cannot_do_it(tmp_path: Path) -> None:
    class Probing(Longer):
        @property
        def needs(self) -> tuple[str, ...]:
            return ("logprobs",)

    with pytest.raises(BadInput, match="can do 'logprobs'"):
        evaluate(plan(bench=Probing()), tmp_path)


def test_a_model_whose_name_is_a_path_stays_in_the_folder(tmp_path: Path) -> None:
    students = {"../../evil": saying("a long answer indeed", "x"), "plain": saying("short", "plain")}
    result = evaluate(plan(students=students), tmp_path / "out")
    assert all(".." not in Path(name).parts for name in result.files)
    assert not list(tmp_path.glob("*.jsonl"))


def test_a_bench_without_a_format_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no published format"):
        evaluate_recorded(Longer(), [tmp_path / "a.json"])


def test_settings_lie_beside_the_figures_without_the_places_of_files(tmp_path: Path) -> None:
    bench = HeldOut(loss="off", questions_file=tmp_path / "rows.jsonl")
    write(bench, Evidence(), Figures(bench.kind, {}), tmp_path)
    assert json.loads((tmp_path / "figures.json").read_text("utf-8"))["settings"] == {"loss": "off"}
