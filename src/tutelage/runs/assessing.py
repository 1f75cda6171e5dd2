"""What models say of an example, asked for before its turn: the part of a filter that costs money.

An assessment follows from the example and the replies alone, so it is made inside the item's own task, beside
all others; only the decision waits for its turn. An example that a filter without memory refuses earlier in
the chain is refused whatever a model says, so no model is asked about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tutelage.asking import Desk, TeacherRole
from tutelage.errors import BadInput, CallFailed
from tutelage.filters.filter import NOT_JUDGED, NOTHING_ASSESSED, Assessed, Filter, Gate
from tutelage.recipe.model import Recipe
from tutelage.recipe.settings import Budget, PaceOptions, Price
from tutelage.records import Example, Verdict
from tutelage.teachers.teacher import Teacher
from tutelage.text import clean

ASSESSING = "filter"  # the stage; places are filter/KIND / example id / turn


@dataclass(frozen=True)
class Judges:
    """The models that may be asked, and what may be spent on them."""

    roles: Mapping[TeacherRole, Teacher]
    budget: Budget = field(default_factory=Budget)
    pace: PaceOptions = field(default_factory=PaceOptions)
    prices: Mapping[str, Price] = field(default_factory=dict)

    @classmethod
    def of(cls, recipe: Recipe) -> Judges:
        """Those of ``recipe``; of the rest of it nothing is used."""
        return cls(recipe.roles(), recipe.budget, recipe.pace, recipe.prices)


class Assessor:
    """Asks the models that the filters of a chain need. ``roles`` are those that a model plays."""

    def __init__(self, filters: Sequence[Filter], desk: Desk, roles: Mapping[TeacherRole, Teacher]) -> None:
        asking = [place for place, each in enumerate(filters) if each.needs]
        self._filters = tuple(filters[: asking[-1] + 1]) if asking else ()
        # Without memory one gate serves all examples in any order.
        self._probes = [None if each.memory else each.start() for each in self._filters]
        self._desk = desk
        self._roles = roles

    async def assess(self, example: Example) -> Assessed:
        """What the models say of ``example``, by the filter's place in the chain.

        Raises:
            TeacherRefused, BudgetReached, StoreFailed: no model can be asked any more.
        """
        if not self._filters:
            return NOTHING_ASSESSED
        found: dict[int, Verdict] = {}
        for place, (each, probe) in enumerate(zip(self._filters, self._probes, strict=True)):
            said = await self._said(each, example) if each.needs else None
            if said is not None:
                found[place] = said
            if probe is not None and _refuses(probe, example, said):
                break
        return found

    async def _said(self, each: Filter, example: Example) -> Verdict | None:
        role = role_of(each, self._roles)
        try:
            return await each.assess(
                example, self._desk.at(f"{ASSESSING}/{each.kind}", clean(example.id), role)
            )
        except CallFailed as error:
            return Verdict(False, NOT_JUDGED, detail=f"{error.reason}: {error}")


def role_of(each: Filter, roles: Mapping[TeacherRole, Teacher]) -> TeacherRole:
    """The role whose model answers ``each``: its own, or the teacher where nobody plays that."""
    return each.role if each.role in roles else "teacher"


def check_judges(filters: Sequence[Filter], roles: Mapping[TeacherRole, Teacher]) -> None:
    """Refuse a filter whose model cannot do what it needs, before anything is asked.

    Raises:
        BadInput: names the filter, the ability and the model.
    """
    for each in filters:
        role = role_of(each, roles)
        for need in each.needs:
            if not getattr(roles[role].abilities, need):
                raise BadInput(
                    f"the filter '{each.kind}' needs a {each.role} that can do '{need}',"
                    f" and {roles[role].name} ({roles[role].kind}) cannot",
                    where=role,
                    remedy=f"bind another model: `{each.role}:`",
                )


def asking(filters: Sequence[Filter]) -> list[Filter]:
    """Those of ``filters`` that need a model."""
    return [each for each in filters if each.needs]


def check_can_ask(filters: Sequence[Filter], judges: Judges | None) -> None:
    """Refuse filters that need a model where there is none, or one that cannot do it.

    Raises:
        BadInput: names the filter.
    """
    needed = asking(filters)
    if needed and judges is None:
        raise BadInput(
            f"the filter '{needed[0].kind}' asks a model, and none is bound",
            where="--filters",
            remedy="name a recipe whose judge (or teacher) is to be asked: --judge RECIPE",
        )
    if judges is not None:
        check_judges(needed, judges.roles)


def _refuses(gate: Gate, example: Example, said: Verdict | None) -> bool:
    if said is not None:
        gate.learn(said)
    return not gate.judge(example).keep
