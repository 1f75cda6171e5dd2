"""Instruct-SkillMix: every example takes k skills at once and is one type of query.

Kaur, Park, Goyal, Arora, "Instruct-SkillMix: A Powerful Pipeline for LLM Instruction Tuning", ICLR 2025
(arXiv:2408.14774). Skills come from the teacher, from a dataset, or from files; then, for every item:

    draft → critique, as the person who asked → refine both parts → repair, only where the reply was cut off

Departures from the paper's programs: no skill set is drawn twice, and use of skills and query types is
balanced (see :mod:`.combinations`); a turn for a reply that may be cut off is spent only where it was; near
names of one skill are merged first; for weak models a ``single-turn`` way asks for question and answer apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Ask, Desk, Sampling
from tutelage.errors import BadInput, TutelageError
from tutelage.methods.combinations import combinations
from tutelage.methods.growing import Combination
from tutelage.methods.method import Materials, Method, State
from tutelage.methods.query_types import (
    QueryType,
    first_of_each,
    parse_query_types,
    read_query_types,
    render_query_types,
)
from tutelage.methods.skill_extraction import Extraction, sample_rows
from tutelage.methods.skill_writing import Parts, Turns, Writing
from tutelage.methods.skills import Skill, SkillList, explain, merge, parse_skills, read_skills, render_skills
from tutelage.prompts import check_overrides, material
from tutelage.records import Example, Item, Rejection


@dataclass(frozen=True)
class Lists:
    """What a plan is drawn from."""

    skills: SkillList
    query_types: tuple[QueryType, ...]


class SkillMix(Method):
    """Settings of Instruct-SkillMix; see docs/kinds/methods/skillmix.md."""

    kind: ClassVar[str] = "skillmix"
    paper: ClassVar[str] = "https://arxiv.org/abs/2408.14774"

    k: Annotated[int, Field(ge=1)] = 2
    domain: str = ""
    topics: Annotated[int, Field(ge=1)] | tuple[str, ...] = 10
    skills_per_topic: Annotated[int, Field(ge=1)] = 10
    skills: tuple[str, ...] = ()
    skills_file: Path | None = None
    data_file: Path | None = None
    data_files: tuple[Path, ...] = ()
    data_sample: Annotated[int, Field(ge=1)] = 200
    skills_per_row: Annotated[int, Field(ge=1)] = 5
    merge: Literal["auto", "none", "form", "teacher"] = "auto"
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
    def _sound(self) -> SkillMix:
        check_overrides(self.kind, self.language, self.prompts)
        for name in ("skills_file", "query_types_file"):
            path = getattr(self, name)
            if path is not None and path.is_file():
                read_skills(path) if name == "skills_file" else read_query_types(path)
        if not isinstance(self.query_types, str):
            self._given_types()
        if isinstance(self.topics, tuple) and not any(topic.strip() for topic in self.topics):
            raise BadInput(
                "the list of topics is empty", where="topics", remedy="name a topic, or how many are wanted"
            )
        return self

    # --- before planning -----------------------------------------------------------------------------

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """The two lists: given, read, taken from data, or asked for; merged.

        Raises:
            BadInput: a file that cannot be read, or fewer than ``k`` skills.
            TutelageError: the teacher named no skill or no query type.
        """
        extraction = Extraction(
            desk, self.language, self.domain, self.system, self.prompts, self.ask_again, self._sampling()
        )
        rows = sample_rows(self._data_files, self.data_sample, seed)
        found = self._given_skills()
        found += await extraction.skills_of_rows(rows, self.skills_per_row)
        if self._asks_for_skills:
            topics = self.topics
            named = list(topics) if isinstance(topics, tuple) else await extraction.topics(topics)
            found += await extraction.skills_of_topics(named, self.skills_per_topic)
        skills = merge(found, near=self.merge != "none")
        extracted = self._asks_for_skills or bool(rows)
        if self.merge == "teacher" or (self.merge == "auto" and extracted):
            skills = await extraction.synonyms(skills)
        types = self._given_types() or await self._other_types(extraction)
        self._check(skills, types, extraction.rejections)
        return Materials(
            Lists(skills, tuple(types)),
            files={
                "skills.txt": render_skills(skills),
                "skills.csv": render_skills(skills, "csv"),
                "query_types.md": render_query_types(types, self.language),
                "merges.json": explain(skills),
            },
            rejections=tuple(extraction.rejections),
            licences=tuple(sorted({row.licence for row in rows})),
        )

    @property
    def _data_files(self) -> tuple[Path, ...]:
        return (*([self.data_file] if self.data_file else ()), *self.data_files)

    @property
    def _asks_for_skills(self) -> bool:
        """Whether the teacher is asked for topics and skills: only topics are given, or nothing is."""
        given = self.skills or self.skills_file or self._data_files
        return isinstance(self.topics, tuple) or not given

    def _given_skills(self) -> list[Skill]:
        listed = parse_skills("\n".join(self.skills), "skills") if self.skills else []
        return listed + (read_skills(self.skills_file) if self.skills_file else [])

    def _given_types(self) -> list[QueryType]:
        found = read_query_types(self.query_types_file) if self.query_types_file else []
        if not isinstance(self.query_types, str):
            listed = enumerate(self.query_types)
            found += [QueryType.from_dict(each, f"query_types.{number}") for number, each in listed]
        return first_of_each(found)

    async def _other_types(self, extraction: Extraction) -> list[QueryType]:
        """The types where none are given: asked for together with skills, else those that are shipped."""
        if self.query_types == "ask" or (self.query_types == "auto" and self._asks_for_skills):
            return await extraction.query_types(self.query_types_wanted)
        return parse_query_types(material(self.kind, "query_types.md", self.language))

    def _check(self, skills: SkillList, types: Sequence[QueryType], refused: Sequence[Rejection]) -> None:
        for what, found in (("skills", skills.skills), ("query types", types)):
            if not found:
                raise _none_named(what, refused[-1] if refused else None)
        if self.k > len(skills.skills):
            raise BadInput(
                f"k is {self.k}, but there are only {len(skills.skills)} skills",
                where="k",
                remedy=f"set k to at most {len(skills.skills)}, or give more skills",
            )

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """Combinations in a balanced order, those of ``state.planned`` first, until none is left."""
        lists: Lists = state.materials.content
        skills = sorted(lists.skills.names)
        index = {name: number for number, name in enumerate(skills)}
        types = {each.name: number for number, each in enumerate(lists.query_types)}
        kept: dict[Combination, Sequence[str]] = {}
        for item in state.planned:
            known = [lists.skills.find(name) for name in item.payload["skills"]]
            chosen = tuple(sorted({index[skill.name] for skill in known if skill}))
            kind = types.get(item.payload["query_type"]["name"])
            if len(chosen) == len(known) == self.k and kind is not None:
                kept.setdefault((chosen, kind), item.payload["skills"])
        for combination in combinations(len(skills), self.k, len(types), state.seed, list(kept)):
            chosen, kind = combination
            names = kept.get(combination) or [skills[each] for each in chosen]
            yield self._item(names, lists.query_types[kind])

    def _item(self, skills: Sequence[str], query_type: QueryType) -> Item:
        names = sorted(skills)
        cell = {"skills": " + ".join(names), "query_type": query_type.name}
        return Item.make(self.kind, cell, {"skills": names, "query_type": query_type.as_dict()})

    # --- writing -------------------------------------------------------------------------------------

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        """One example, or the reason why there is none.

        Raises:
            CallFailed: a call could not be answered.
        """
        writing = Writing(
            language=self.language,
            domain=self.domain,
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


def _none_named(what: str, last: Rejection | None) -> TutelageError:
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
