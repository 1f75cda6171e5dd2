from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tutelage.methods.method import Method
from tutelage.recipe.model import Recipe
from tutelage.runs.checkup import checkups
from tutelage.teachers.scripted import Scripted


class Silent(Method):
    """Plans nothing."""

    kind: ClassVar[str] = "silent"

    def plan(self, round, state):
        return ()

    async def write(self, item, ask):
        return ()


async def test_a_model_in_two_roles_is_tried_once() -> None:
    asked = []
    teacher = Scripted.of(lambda request: asked.append(request) or "hello", label="both")
    alone = Recipe("x", teacher, Silent(), ())
    found = await checkups(alone)
    once = len(asked)
    assert found["teacher"].reachable
    assert found["teacher"].found.raw
    both = await checkups(replace(alone, judge=teacher))
    assert set(both) == {"teacher", "judge"}
    assert len(asked) == 2 * once


async def test_a_model_that_does_not_answer_is_a_finding() -> None:
    found = await checkups(Recipe("x", Scripted(), Silent(), ()))
    assert not found["teacher"].found.chat
    assert "no rule matches" in found["teacher"].error
