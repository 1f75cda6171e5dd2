"""Which models and questions a recipe's benches get; whole runs are in tests/functional/test_pipeline.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tiny import tiny_llama
from toy import recipe_of
from tutelage.errors import BadInput
from tutelage.evaluate.settings import EvaluateSettings
from tutelage.models.student import Student
from tutelage.recipe.model import Recipe
from tutelage.records import Example
from tutelage.runs import student_benches
from tutelage.runs.evaluating import Evaluation, Plan
from tutelage.runs.student_benches import check_benches, evaluate_student
from tutelage.teachers.scripted import Scripted
from tutelage.tune.outfolder import HELD_OUT, write_rows
from tutelage.tune.settings import TuneSettings


def recipe(base: str = "smollm2", tune: Any = None, **evaluate: Any) -> Recipe:
    return recipe_of(
        tune=TuneSettings.model_validate({"base": base, "held_out": 3, **(tune or {})}),
        evaluate=EvaluateSettings.model_validate(evaluate),
    )


def a_student(folder: Path, gguf: str = "") -> Path:
    folder.mkdir()
    Student("smollm2", "0" * 32, {"kind": "lora"}, {"name": "x"}, gguf=gguf).write(folder)
    rows = [Example.single_turn(f"Question {n}?", f"Answer {n}.", id=f"row-{n}") for n in range(3)]
    write_rows(folder / HELD_OUT, [each.as_dict() for each in rows])
    return folder


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> dict[str, Plan]:
    """What would have been evaluated, by the folder's name."""
    found: dict[str, Plan] = {}

    def evaluate(plan: Plan, out: Path, **rest: Any) -> Evaluation:
        found[out.name] = plan
        return Evaluation(None, None, out)  # type: ignore[arg-type]  # nobody looks at the figures here

    monkeypatch.setattr(student_benches, "evaluate", evaluate)
    return found


def planned(given: Recipe, student: Path, out: Path) -> None:
    evaluate_student(given, student, out / "evaluations", say=lambda line: None)


def test_held_out_rows_are_asked_of_both_in_the_same_way(tmp_path: Path, plans: dict[str, Plan]) -> None:
    planned(recipe(questions=2), a_student(tmp_path / "student", "student-f16.gguf"), tmp_path)
    likely, beaten = plans["held-out"], plans["beat-rate"]
    for plan in plans.values():
        assert [each.id for each in plan.questions or ()] == ["row-0", "row-1", "row-2"]
        assert plan.limit == 2
        assert next(each.references for each in plan.questions or ()) == ("Answer 0.",)
        assert list(plan.students) == ["tuned", "untuned"]
    assert {each.kind for each in likely.students.values()} == {"hf"}  # llama.cpp cannot score
    assert {each.kind for each in beaten.students.values()} == {"gguf"}
    assert (likely.baseline, beaten.baseline) == ("", "untuned")


def test_without_a_file_for_both_torch_asks(tmp_path: Path, plans: dict[str, Plan]) -> None:
    base = tiny_llama(tmp_path / "tiny")
    planned(recipe(str(base)), a_student(tmp_path / "student", "student-f16.gguf"), tmp_path)
    assert {each.kind for each in plans["beat-rate"].students.values()} == {"hf"}


def test_the_judge_is_the_recipes_else_its_teacher(tmp_path: Path, plans: dict[str, Plan]) -> None:
    given = recipe(benches=["beat-rate", {"kind": "beat-rate", "orders": "one"}])
    planned(given, a_student(tmp_path / "student"), tmp_path)
    assert set(plans) == {"beat-rate", "beat-rate-2"}
    assert plans["beat-rate"].judge is given.teacher


def test_another_model_stands_beside_it_by_its_own_name(tmp_path: Path, plans: dict[str, Plan]) -> None:
    given = recipe(benches="beat-rate", against="smollm2")
    planned(given, a_student(tmp_path / "student"), tmp_path)
    assert plans["beat-rate"].baseline == "SmolLM2-135M-Instruct.Q4_1"


def test_questions_of_its_own_are_a_benchs_own(tmp_path: Path, plans: dict[str, Plan]) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "mine", "question": "Why?"}\n')
    bench = {"kind": "beat-rate", "questions_file": str(file)}
    planned(recipe(benches=[bench]), a_student(tmp_path / "student"), tmp_path)
    assert [each.id for each in plans["beat-rate"].questions or ()] == ["mine"]
    check_benches(recipe(benches=[bench], tune={"held_out": 0}))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"tune": {"held_out": 0}}, "holds none out"),
        ({"benches": ["math"]}, "no questions of its own"),
        ({"against": "nobody"}, "names no model"),
    ],
)
def test_what_cannot_come_to_an_end_is_refused(given: dict[str, Any], told: str) -> None:
    check_benches(recipe())
    with pytest.raises(BadInput, match=told):
        check_benches(recipe(**given))


def test_a_judge_that_cannot_chat_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe()
    monkeypatch.setattr(
        Scripted, "abilities", Scripted.of(lambda request: None).abilities.__class__(chat=False)
    )  # type: ignore[arg-type,return-value]  # never called
    with pytest.raises(BadInput, match="cannot"):
        check_benches(given)
