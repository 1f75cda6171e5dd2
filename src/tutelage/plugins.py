"""Kinds by name, through entry points: those we ship and a stranger's enter by the same door.

A kind is a class that *is* its validated settings: a frozen pydantic model that refuses unknown keys.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from tutelage.errors import BadInput, nearest

GROUPS = {
    "methods": "tutelage.methods",
    "filters": "tutelage.filters",
    "teachers": "tutelage.teachers",
    "benches": "tutelage.benches",
    "tuning": "tutelage.tuning",
    "selectors": "tutelage.selectors",
}


class Kind(BaseModel):
    """The settings of one kind, which are also the object that does the work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    paper: ClassVar[str] = ""


_ONE = {"benches": "bench", "tuning": "method"}  # the singulars that are more than a letter less


def _found(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUPS[group])}


def names(group: str) -> list[str]:
    """The installed kinds of ``group`` (a key of :data:`GROUPS`), sorted."""
    return sorted(_found(group))


def one(group: str) -> str:
    """What one kind of ``group`` is called in a sentence."""
    return _ONE.get(group, group.rstrip("s"))


def load(group: str, name: str) -> Any:
    """The class called ``name`` in ``group``.

    Raises:
        BadInput: no such kind is installed, or its package cannot be imported.
    """
    found = _found(group)
    if name not in found:
        raise BadInput(f"there is no {one(group)} called '{name}'", remedy=nearest(name, found))
    try:
        return found[name].load()
    except ImportError as error:
        raise BadInput(
            f"the {one(group)} '{name}' cannot be imported: {error}",
            where=found[name].value,
            remedy="install the package that provides it again",
        ) from error
