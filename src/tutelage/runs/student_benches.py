"""The benches that a recipe puts its tuned student to, beside the model that it was before.

Benches without a questions file of their own get the rows that tuning held out, with the teacher's answers as
references. Both models are asked in the same way: through llama.cpp where both have a GGUF file and no
likelihood is wanted, else through torch. Models are loaded one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Bench, Question
from tutelage.evaluate.held_out import HeldOut, read_held_out
from tutelage.evaluate.judged import Judged
from tutelage.evaluate.numbers import numpy
from tutelage.evaluate.settings import UNTUNED, EvaluateSettings
from tutelage.models import student as students
from tutelage.models.finding import find
from tutelage.recipe.binding import bind
from tutelage.recipe.kinds import build
from tutelage.recipe.model import Recipe
from tutelage.runs.evaluating import DATABASE, Evaluation, Plan, check, evaluate
from tutelage.runs.remaining import remaining
from tutelage.teachers.gguf import GGUF
from tutelage.teachers.hf import HF
from tutelage.teachers.teacher import Teacher
from tutelage.tune.held_out import rows_held_out
from tutelage.tune.outfolder import HELD_OUT
from tutelage.tune.settings import TuneSettings

EVALUATIONS = "evaluations"  # the folder in the run's that holds one for each bench
TUNED = "tuned"
Say = Callable[[str], None]


@dataclass(frozen=True)
class _Bench:
    """A bench with the name of its folder; ``on_held_out`` tells that it has no questions of its own."""

    name: str
    bench: Bench
    on_held_out: bool


def check_benches(recipe: Recipe) -> None:
    """Refuse, before the dataset is paid for, an evaluation that could not be carried out.

    Raises:
        BadInput: a bench has no questions, a judge or the other model cannot do what it needs, or nothing
            will be held out.
        MissingExtra: numpy is not installed.
    """
    settings, tune = _sections(recipe)
    numpy()
    benches = list(_benches(settings))
    if any(each.on_held_out for each in benches) and not rows_held_out(recipe.target, tune.held_out):
        raise BadInput(
            f"of {recipe.target} examples tuning holds none out, so there is nothing to evaluate on",
            where="tune.held_out",
            remedy="raise the target, write tune: {held_out: 5}, or give every bench a questions_file",
        )
    for each in benches:
        other = _other(settings, tune, each.bench, None)
        check(_plan(recipe, each.bench, [], {TUNED: _by_torch(settings, tune, tune.base), **other}))


def evaluate_student(recipe: Recipe, student: Path, out: Path, *, say: Say) -> dict[str, Evaluation]:
    """Put the student in the folder ``student`` to the recipe's benches, each in a folder below ``out``,
    which lies in the run's: the budget is one for all of it.

    Raises:
        TutelageError: as :func:`tutelage.runs.evaluating.evaluate`.
    """
    settings, tune = _sections(recipe)
    held_out = read_held_out(student / HELD_OUT)
    done: dict[str, Evaluation] = {}
    for each in _benches(settings):
        models = {
            TUNED: _tuned(settings, tune, each.bench, student),
            **_other(settings, tune, each.bench, student),
        }
        questions = held_out if each.on_held_out else list(each.bench.questions())
        plan = _plan(recipe, each.bench, questions, models)
        left = remaining(recipe.budget, out.parent, out / each.name / DATABASE)
        plan = replace(plan, budget=left)
        done[each.name] = evaluate(plan, out / each.name, tell=partial(_say, say, each.name))
    return done


def _say(say: Say, bench: str, line: str) -> None:
    say(f"{bench}: {line}")


def _sections(recipe: Recipe) -> tuple[EvaluateSettings, TuneSettings]:
    assert recipe.evaluate is not None  # the pipeline asks only then
    assert recipe.tune is not None  # refused when the recipe was read
    return recipe.evaluate, recipe.tune


def _benches(settings: EvaluateSettings) -> Iterator[_Bench]:
    """The benches as they will be asked; one that is declared twice gets a number."""
    seen: set[str] = set()
    for declared in settings.benches:
        given: dict[str, Any] = {"kind": declared} if isinstance(declared, str) else dict(declared)
        kind = str(given.pop("kind"))
        built = build("benches", kind, given, "evaluate.benches")
        assert isinstance(built, Bench)  # the group holds nothing else
        own = bool(getattr(built, "questions_file", None))
        if not own and not isinstance(built, (Judged, HeldOut)):
            raise BadInput(
                f"the bench '{kind}' cannot be put to held-out rows, and it has no questions of its own",
                where="evaluate.benches",
                remedy=f"name its file: {{kind: {kind}, questions_file: FILE}}",
            )
        if isinstance(built, HeldOut) and built.loss == "auto":
            built = built.model_copy(update={"loss": "on"})  # torch is there, for it has tuned
        name, number = kind, 1
        while name in seen:
            number += 1
            name = f"{kind}-{number}"
        seen.add(name)
        yield _Bench(name, built, not own)


def _plan(recipe: Recipe, bench: Bench, questions: list[Question], models: dict[str, Teacher]) -> Plan:
    settings, _ = _sections(recipe)
    other = next(name for name in models if name != TUNED)
    return Plan(
        bench,
        questions=questions,
        students=models,
        # Where answers are graded one by one, the other model is graded like the student.
        baseline=other if bench.paired else "",
        judge=recipe.judge or recipe.teacher,
        limit=settings.questions,
        sanity=settings.sanity,
        seed=settings.seed,
        pace=recipe.pace,
        prices=recipe.prices,
    )


def _tuned(settings: EvaluateSettings, tune: TuneSettings, bench: Bench, student: Path) -> Teacher:
    if _by_file(tune, bench, student):
        return _by_llama(settings, str(student))
    return _by_torch(settings, tune, str(student))


def _other(
    settings: EvaluateSettings, tune: TuneSettings, bench: Bench, student: Path | None
) -> dict[str, Teacher]:
    """The model beside the student, by its name; ``student`` is ``None`` where there is none yet."""
    if settings.against != UNTUNED:
        given = {"temperature": 0.0, "max_tokens": settings.max_tokens}
        model = bind(settings.against, "student", given)
        return {model.name if model.name != TUNED else f"other {TUNED}": model}
    if student is not None and _by_file(tune, bench, student):
        return {UNTUNED: _by_llama(settings, tune.base)}
    return {UNTUNED: _by_torch(settings, tune, tune.base)}


def _by_torch(settings: EvaluateSettings, tune: TuneSettings, model: str) -> HF:
    # The recipe's template for both: a base asked through another one would lose for that alone.
    given = {"template": tune.template, "max_tokens": settings.max_tokens, "threads": tune.threads}
    return HF.model_validate({"model": model, **given})


def _by_llama(settings: EvaluateSettings, model: str) -> GGUF:
    return GGUF.model_validate({"model": model, "temperature": 0.0, "max_tokens": settings.max_tokens})


def _by_file(tune: TuneSettings, bench: Bench, student: Path) -> bool:
    """Whether llama.cpp asks both models: it is the faster one, but cannot score a given answer."""
    made = students.read(student).gguf
    own_template = tune.template == "auto"  # which a base's file brings along
    return (
        bool(made) and own_template and find(tune.base).kind == "gguf" and "score" not in bench.student_needs
    )
