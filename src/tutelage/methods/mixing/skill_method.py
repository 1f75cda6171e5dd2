"""What methods that mix skills have in common: their query types, and the conversation that writes a mix.

The conversation and its wording are those of Instruct-SkillMix (:mod:`.skill_writing`).
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Ask, Desk, Sampling
from tutelage.errors import BadInput, TutelageError
from tutelage.methods.method import Method
from tutelage.methods.mixing.combinations import combinations
from tutelage.methods.mixing.growing import Combination
from tutelage.methods.mixing.query_types import QueryType, first_of_each, parse_query_types, read_query_types
from tutelage.methods.mixing.skill_extraction import Extraction
from tutelage.methods.mixing.skill_writing import Parts, Turns, Writing
from tutelage.methods.mixing.skills import SkillList
from tutelage.prompts import check_overrides, material
from tutelage.records import Example, Item, Rejection

WORDING = "skillmix"  # the folder of the wording


class SkillMethod(Method, ABC):
    """Settings of every method that mixes skills; items hold ``skills``, ``query_type``, and a
    ``domain`` where the setting is empty."""

    wording: ClassVar[str] = WORDING
    grows_by: ClassVar[str] = "more to combine (skills, topics, a higher k)"

    domain: str = ""
    query_types: Literal["auto", "ask", "shipped"] | tuple[str | Mapping[str, Any], ...] = "auto"
    query_types_file: Path | None = None
    query_types_wanted: Annotated[int, Field(ge=1)] = 12
    turns: Turns = "full"
    parts: Parts = "together"
    worked_examples: Annotated[int, Field(ge=0, le=4)] | None = None
    structured: Literal["auto", "on", "off"] = "auto"
    temperature: Annotated[float, Field(ge=0)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    ask_again: Annotated[int, Field(ge=0)] = 1

    @model_validator(mode="after")
    def _speaks_and_knows_its_types(self) -> SkillMethod:
        check_overrides(self.wording, self.language, self.prompts)
        if self.query_types_file is not None and self.query_types_file.is_file():
            read_query_types(self.query_types_file)
        if not isinstance(self.query_types, str):
            self._given_types()
        return self

    def _extraction(self, desk: Desk, domain: str = "") -> Extraction:
        """Who asks for lists; ``domain`` is taken where the setting is empty."""
        domain = self.domain or domain
        return Extraction(
            desk, self.language, domain, self.system, self.prompts, self.ask_again, self._sampling()
        )

    def _given_types(self) -> list[QueryType]:
        found = read_query_types(self.query_types_file) if self.query_types_file else []
        if not isinstance(self.query_types, str):
            listed = enumerate(self.query_types)
            found += [QueryType.from_dict(each, f"query_types.{number}") for number, each in listed]
        return first_of_each(found)

    async def _types(self, extraction: Extraction, asking: bool) -> list[QueryType]:
        """The types that are given, else those asked for (where ``asking``, or told so), else the shipped."""
        given = self._given_types()
        if given:
            return given
        if self.query_types == "ask" or (self.query_types == "auto" and asking):
            return await extraction.query_types(self.query_types_wanted)
        return parse_query_types(material(WORDING, "query_types.md", self.language))

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        """One example, or the reason why there is none.

        Raises:
            CallFailed: a call could not be answered.
        """
        writing = Writing(
            language=self.language,
            domain=self.domain or item.payload.get("domain", ""),
            system=self.system,
            prompts=self.prompts,
            turns=self.turns,
            parts=self.parts,
            worked=self.worked_examples,
            structured=self._structured(ask),
            sampling=self._sampling(),
            retries=self.ask_again,
        )
        return [await writing.carry_out(item, ask)]

    def _structured(self, ask: Ask) -> bool:
        if self.structured == "auto":
            return ask.abilities.schema and self.turns == "full" and self.parts == "together"
        return self.structured == "on"

    def _sampling(self) -> Sampling:
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens)


def mixed_freely(
    skills: SkillList, types: Sequence[QueryType], k: int, seed: int, planned: Sequence[Item]
) -> Iterator[tuple[Sequence[str], QueryType, Item | None]]:
    """Names of ``k`` skills with a type, in the order of :func:`.combinations`, until none is left.

    Those of ``planned`` that are still possible come first, each with its item and its names as they were.
    """
    names = sorted(skills.names)
    index = {name: number for number, name in enumerate(names)}
    kinds = {each.name: number for number, each in enumerate(types)}
    kept: dict[Combination, Item] = {}
    for item in planned:
        known = [skills.find(name) for name in item.payload["skills"]]
        chosen = tuple(sorted({index[skill.name] for skill in known if skill}))
        kind = kinds.get(item.payload["query_type"]["name"])
        if len(chosen) == len(known) == k and kind is not None:
            kept.setdefault((chosen, kind), item)
    for combination in combinations(len(names), k, len(types), seed, list(kept)):
        chosen, kind = combination
        before = kept.get(combination)
        yield before.payload["skills"] if before else [names[each] for each in chosen], types[kind], before


def check_enough(k: int, skills: int) -> None:
    """Refuse to take more skills than there are.

    Raises:
        BadInput: ``k`` is larger than the number of ``skills``.
    """
    if k > skills:
        raise BadInput(
            f"k is {k}, but there are only {skills} skills",
            where="k",
            remedy=f"set k to at most {skills}, or give more skills",
        )


def none_named(what: str, last: Rejection | None) -> TutelageError:
    """The error of an empty list, after the last thing that went wrong."""
    if last is not None and last.reason.startswith("call:"):
        return TutelageError(
            f"the teacher did not answer when it was asked for {what}",
            where=f"{last.reason}: {last.detail or last.text[:200]}",
            remedy="look with `tutelage doctor RECIPE`, and run the same command again",
        )
    return TutelageError(
        f"the teacher named no {what} that could be read",
        where=f"{last.reason}: {last.text[:200]!r}" if last else "",
        remedy="give a list of your own (skills_file, query_types_file), or a larger model",
    )
