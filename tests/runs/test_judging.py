"""Models that judge the rows of plain files: in order, side by side, and paid once."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest

from judge import answer_in, grades
from tutelage.errors import BadInput, BudgetReached, TeacherRefused
from tutelage.filters.keywords import Keywords
from tutelage.filters.novelty import Novelty
from tutelage.filters.quality import Quality
from tutelage.recipe.settings import Budget, PaceOptions
from tutelage.runs.assessing import Judges
from tutelage.runs.filtering import FilterResult, calls_file_of, filter_files
from tutelage.store.database import connect_reader
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request

WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
]


def rows(path: Path, count: int) -> Path:
    """Questions that differ, with answers from 1 to 5 that say how good they are."""
    lines = []
    for number in range(count):
        asked = " ".join(random.Random(number).sample(WORDS, 6))
        lines.append(json.dumps({"instruction": f"{asked} {number}?", "output": f"answer {number % 5 + 1}"}))
    path.write_text("\n".join(lines), "utf-8")
    return path


def judge_of(**settings: Any) -> tuple[Scripted, Judges]:
    """A judge that gives the number in the answer, after a random while."""

    async def graded(request: Request) -> str:
        await asyncio.sleep(random.random() * 0.004)
        return grades(float(answer_in(request.messages[0].content).split()[-1]))

    teacher = Scripted.of(settings.pop("graded", graded), label="judge")
    pace = PaceOptions(concurrency=settings.pop("lanes", 8))
    return teacher, Judges({"teacher": teacher}, pace=pace, **settings)


def run(tmp_path: Path, judges: Judges | None, count: int = 50, out: str = "out.jsonl") -> FilterResult:
    filters = [Keywords(banned=("mu",)), Quality(), Novelty(threshold=0.9)]
    return filter_files([rows(tmp_path / "in.jsonl", count)], filters, tmp_path / out, judges=judges)


@pytest.mark.parametrize("lanes", [1, 40])
def test_rows_are_judged_and_kept_in_their_order(tmp_path: Path, lanes: int) -> None:
    teacher, judges = judge_of(lanes=lanes)
    result = run(tmp_path, judges)
    kept = [json.loads(line)["instruction"] for line in result.out.read_text("utf-8").splitlines()]
    numbers = [int(each.split()[-1][:-1]) for each in kept]
    assert numbers == sorted(numbers)
    assert {number % 5 + 1 for number in numbers} == {4, 5}
    assert result.rejected["quality:below_bar"] + result.rejected["keywords:banned"] + len(kept) == 50
    assert teacher.calls == 2 * (50 - result.rejected["keywords:banned"])


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    teacher, judges = judge_of()
    first = run(tmp_path, judges, 30)
    before, bytes_before = teacher.calls, first.out.read_bytes()
    again = run(tmp_path, judges, 30)
    assert (teacher.calls, again.out.read_bytes(), again.rejected) == (before, bytes_before, first.rejected)
    longer = run(tmp_path, judges, 40)
    assert longer.read == 40
    assert before < teacher.calls <= before + 20


def test_a_budget_ends_the_work_and_what_was_paid_for_stays(tmp_path: Path) -> None:
    teacher, judges = judge_of(budget=Budget(calls=11))
    with pytest.raises(BudgetReached):
        run(tmp_path, judges)
    assert teacher.calls <= 11
    assert not (tmp_path / "out.jsonl").exists()
    reader = connect_reader(calls_file_of(tmp_path / "out.jsonl"))
    (kept,) = reader.execute("SELECT count(*) FROM calls").fetchone()
    reader.close()
    assert kept == teacher.calls
    more, judges = judge_of()
    run(tmp_path, judges)
    assert more.calls + kept <= 100


def test_a_call_that_fails_costs_its_row_and_a_teacher_that_refuses_ends_the_work(tmp_path: Path) -> None:
    def failing(request: Request) -> str:
        if answer_in(request.messages[0].content) == "answer 5":
            raise CallTrouble("bad_request", "no")
        return grades(4)

    result = run(tmp_path, judge_of(graded=failing)[1])
    assert result.rejected["quality:not_judged"] >= 3
    assert result.kept > 10

    def refusing(request: Request) -> str:
        raise CallTrouble("auth", "wrong key")

    with pytest.raises(TeacherRefused):
        run(tmp_path, judge_of(graded=refusing)[1], out="other.jsonl")
    assert not (tmp_path / "other.jsonl").exists()


def test_without_a_judge_nothing_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'quality' asks a model"):
        run(tmp_path, None)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_rows_that_are_none_are_refused_as_ever(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    good = {"instruction": "q", "output": "answer 5", "id": "one/two \ud800"}
    source.write_text(json.dumps(good) + '\n{"x": 1}\n')
    result = filter_files([source], [Quality()], tmp_path / "out.jsonl", judges=judge_of()[1], trace=True)
    assert (result.kept, result.rejected) == (1, {"row:unreadable": 1})
    assert result.trace is not None
    assert [step.entering for step in result.trace.steps] == [2, 1]
    with pytest.raises(BadInput):
        filter_files([source], [Quality()], tmp_path / "o.jsonl", judges=judge_of()[1], strict=True)
