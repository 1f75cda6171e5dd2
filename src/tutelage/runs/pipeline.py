"""What a recipe declares to follow its dataset, in order; the dataset itself is :mod:`tutelage.runs.stages`.

    dataset → report/ → student/ → evaluations/BENCH/ → report.html

It begins when the dataset is finished, and goes on where it stopped when the recipe is carried out again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutelage.analysis.settings import DEFAULTS, AnalysisSettings
from tutelage.errors import BadInput
from tutelage.recipe.model import AFTER_DATASET, Recipe
from tutelage.runs.analysing import PAGE, analyse_inputs
from tutelage.runs.comparing import compare
from tutelage.runs.evaluating import DATABASE
from tutelage.runs.remaining import remaining
from tutelage.runs.result import RunResult
from tutelage.runs.scoring import CheckpointJudge
from tutelage.runs.stages import Note
from tutelage.runs.student_benches import EVALUATIONS, check_benches, evaluate_student
from tutelage.runs.tuning import check_tuning, tune_anew
from tutelage.tune.held_out import rows_held_out
from tutelage.tune.outfolder import SCORING
from tutelage.tune.progress import Moment, Tell, silent

STUDENT = "student"  # the folder in the run's that a tuning writes
REPORT = "report"  # and the one of the report on the dataset
Say = Callable[[str], None]


def declared(recipe: Recipe) -> tuple[str, ...]:
    """The keys of what follows the dataset of ``recipe``, in order."""
    return tuple(key for key in AFTER_DATASET if getattr(recipe, key) is not None)


def check_following(recipe: Recipe) -> None:
    """Refuse, before the dataset is paid for, what could not follow it.

    Raises:
        BadInput, MissingExtra: as :func:`~tutelage.runs.tuning.check_tuning` and
            :func:`~tutelage.runs.student_benches.check_benches`; or checkpoints are to be scored on held-out
            rows and there will be none.
    """
    if recipe.tune is not None:
        check_tuning(recipe.tune, judge_of(recipe))
        if recipe.tune.select == "score" and not rows_held_out(recipe.target, recipe.tune.held_out):
            raise BadInput(
                f"of {recipe.target} examples none is held out, and checkpoints are to be scored on those",
                where="tune.held_out",
                remedy="raise the target, write tune: {held_out: 5}, or select: last",
            )
    if recipe.evaluate is not None:
        check_benches(recipe)


def judge_of(recipe: Recipe, out: Path | None = None) -> CheckpointJudge:
    """Who scores checkpoints: the recipe's judge, else its teacher, with what the run in ``out`` has left."""
    budget = recipe.budget
    if out is not None:
        budget = remaining(budget, out, out / STUDENT / SCORING / DATABASE)
    return CheckpointJudge(
        recipe.judge or recipe.teacher, budget=budget, pace=recipe.pace, prices=recipe.prices
    )


def follow(
    recipe: Recipe,
    result: RunResult,
    *,
    tell: Tell = silent,
    say: Say = lambda line: None,
    note: Note = lambda text: None,
) -> RunResult:
    """Carry out what follows the dataset of ``result``, whose ``after`` then holds what it came to.

    ``tell`` hears how far training is, ``say`` how far the rest is, each line with its stage before it. Where
    the dataset is not finished nothing follows, which ``note`` hears.

    Raises:
        TutelageError: as :func:`~tutelage.runs.tuning.tune_files` and
            :func:`~tutelage.runs.evaluating.evaluate`.
    """
    keys = declared(recipe)
    if keys and result.state != "finished":
        note(f"{', '.join(keys)}: not begun, because the dataset is not finished")
        return result
    after: dict[str, Any] = {}
    out = result.out
    if recipe.analyze is not None:
        after["analyze"] = _report(recipe.analyze, out, say)
    if recipe.tune is not None:
        staged = _staged(tell)
        tuned = tune_anew(
            [out], recipe.tune, out / STUDENT, tell=staged, note=note, judge=judge_of(recipe, out)
        )
        after["tune"] = tuned.as_dict()
    if recipe.evaluate is not None:
        after["evaluate"] = _evaluated(recipe, out, say)
        after["page"] = _summed_up(recipe, out, say)
    return replace(result, after=after) if after else result


def _staged(tell: Tell) -> Tell:
    """``tell`` for moments that name their stage where they are told in words."""

    def told(moment: Moment) -> None:
        tell(replace(moment, stage="tune"))

    return told


def _report(settings: AnalysisSettings, out: Path, say: Say) -> dict[str, Any]:
    """The report on the dataset: where it lies. Its figures are in report.json there."""
    found = analyse_inputs([out], out / REPORT, settings=settings, tell=lambda line: say(f"analyze: {line}"))
    return {"out": str(found.out), "files": list(found.files)}


def _evaluated(recipe: Recipe, out: Path, say: Say) -> dict[str, Any]:
    """The figures of every bench by its name."""
    found = evaluate_student(
        recipe, out / STUDENT, out / EVALUATIONS, say=lambda line: say(f"evaluate {line}")
    )
    return {name: each.as_dict() for name, each in found.items()}


def _summed_up(recipe: Recipe, out: Path, say: Say) -> str:
    """Everything on one page in ``out``; where it lies."""
    assert recipe.evaluate is not None  # asked only then
    compare(
        [out],
        out,
        seed=recipe.evaluate.seed,
        settings=recipe.analyze or DEFAULTS,
        tell=lambda line: say(f"page: {line}"),
    )
    return str(out / PAGE)
