"""What a recipe declares to follow its dataset, in order; the dataset itself is :mod:`tutelage.runs.stages`.

It begins when the dataset is finished, and goes on where it stopped when the recipe is carried out again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tutelage.recipe.model import AFTER_DATASET, Recipe
from tutelage.runs.result import RunResult
from tutelage.runs.stages import Note
from tutelage.runs.tuning import check_tuning, tune_anew
from tutelage.tune.progress import Tell, silent

STUDENT = "student"  # the folder in the run's that a tuning writes


def declared(recipe: Recipe) -> tuple[str, ...]:
    """The keys of what follows the dataset of ``recipe``, in order."""
    return tuple(key for key in AFTER_DATASET if getattr(recipe, key) is not None)


def check_following(recipe: Recipe) -> None:
    """Refuse, before the dataset is paid for, what could not follow it.

    Raises:
        BadInput, MissingExtra: as :func:`~tutelage.runs.tuning.check_tuning`.
    """
    if recipe.tune is not None:
        check_tuning(recipe.tune)


def follow(
    recipe: Recipe, result: RunResult, *, tell: Tell = silent, note: Note = lambda text: None
) -> RunResult:
    """Carry out what follows the dataset of ``result``, whose ``after`` then holds what it came to.

    ``tell`` hears how far training is. Where the dataset is not finished nothing follows, which ``note``
    hears.

    Raises:
        TutelageError: as :func:`~tutelage.runs.tuning.tune_files`.
    """
    keys = declared(recipe)
    if keys and result.state != "finished":
        note(f"{', '.join(keys)}: not begun, because the dataset is not finished")
        return result
    after: dict[str, Any] = {}
    if recipe.tune is not None:
        student = result.out / STUDENT
        after["tune"] = tune_anew([result.out], recipe.tune, student, tell=tell, note=note).as_dict()
    return replace(result, after=after) if after else result
