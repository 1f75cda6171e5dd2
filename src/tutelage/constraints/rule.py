"""The contract of a kind of constraint: its parameters, how they are drawn, and how an answer is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from tutelage.prompts import material
from tutelage.text import counted

LANGUAGES = ("en", "zh")
Relation = Literal["at_least", "at_most", "exactly"]
RELATIONS: tuple[Relation, ...] = ("at_least", "at_most", "exactly")
WORDING = "constraints"  # the folder of all wording


class Parameters(BaseModel):
    """Parameters of one kind: frozen, and unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def slots(self, language: str) -> Mapping[str, Any]:
        """What the wording may use."""
        return self.model_dump()


P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. ``measured`` is what the answer has, ``detail`` that against what was wanted."""

    ok: bool
    measured: str
    detail: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What drawing may look at: the question and an answer that a constraint should suit.

    ``words`` and ``languages`` are the user's own choice, ``taken`` texts that other constraints of the same
    answer already ask for.
    """

    language: str = "en"
    question: str = ""
    answer: str = ""
    words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    def listed(self, name: str) -> Any:
        """A shipped list of this language, by its name in ``lists.json``."""
        return lists(self.language)[name]


@dataclass(frozen=True)
class Rule(Generic[P]):
    """One kind. ``draw`` gives ``None`` where nothing suits the subject."""

    kind: str
    parameters: type[P]
    measure: Callable[[str, P], Finding]
    draw: Callable[[Random, Subject], P | None]
    languages: tuple[str, ...] = LANGUAGES

    @property
    def family(self) -> str:
        """The part of the name before the first underscore: ``length``, ``format``, …"""
        return self.kind.partition("_")[0]


class Nothing(Parameters):
    """No parameters."""


class Amount(Parameters):
    """So many of something."""

    relation: Relation
    count: int = Field(ge=0)

    def slots(self, language: str) -> Mapping[str, Any]:
        """The relation in words."""
        return {**self.model_dump(), "relation": lists(language)["relations"][self.relation]}

    def found(self, number: int, unit: str, of: str = "") -> Finding:
        """The finding for an answer that has ``number`` of ``unit`` (its singular) ``of`` something."""
        met = {
            "at_least": number >= self.count,
            "at_most": number <= self.count,
            "exactly": number == self.count,
        }[self.relation]
        wanted = f"{self.relation.replace('_', ' ')} {self.count}"
        return Finding(met, str(number), f"{counted(number, unit)}{of}, wanted {wanted}")


def lists(language: str) -> Mapping[str, Any]:
    """The shipped words, phrases and names of a language.

    Raises:
        BadInput: there is no wording in that language.
    """
    found: Mapping[str, Any] = material(WORDING, "lists.json", language)
    return found
