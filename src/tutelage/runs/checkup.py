"""A live check-up of every model that a recipe binds, for ``tutelage doctor``."""

from __future__ import annotations

from tutelage.asking import TeacherRole
from tutelage.recipe.model import Recipe
from tutelage.teachers.doctor import Checkup, probe
from tutelage.teachers.teacher import Teacher


async def checkups(recipe: Recipe) -> dict[TeacherRole, Checkup]:
    """What each role's model was found to do; a model that plays two roles is tried once.

    Costs a handful of small calls per model, which are not stored.
    """
    known: dict[str, Checkup] = {}
    for model in recipe.roles().values():
        if model.identity not in known:
            known[model.identity] = await _examined(model)
    return {role: known[model.identity] for role, model in recipe.roles().items()}


async def _examined(model: Teacher) -> Checkup:
    try:
        return await probe(model)
    finally:
        await model.close()
