"""Instruct-SkillMix: every example takes k skills at once and is one type of query.

Kaur, Park, Goyal, Arora, "Instruct-SkillMix: A Powerful Pipeline for LLM Instruction Tuning", ICLR 2025
(arXiv:2408.14774). Skills come from the teacher, from a dataset, or from files; then, for every item:

    draft → critique, as the person who asked → refine both parts → repair, only where the reply was cut off

Departures from the paper's programs: no skill set is drawn twice, and use of skills and query types is
balanced (see :mod:`.mixing.combinations`); a turn for a reply that may be cut off is spent only where it
was; near names of one skill are merged first; for weak models a ``single-turn`` way asks for question and
answer apart.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Desk
from tutelage.errors import BadInput
from tutelage.methods.method import Materials, Method, State
from tutelage.methods.mixing.query_types import QueryType, render_query_types
from tutelage.methods.mixing.skill_extraction import sample_rows
from tutelage.methods.mixing.skill_method import SkillMethod, check_enough, mixed_freely, none_named
from tutelage.methods.mixing.skills import (
    Skill,
    SkillList,
    explain,
    merge,
    parse_skills,
    read_skills,
    render_skills,
)
from tutelage.records import Item, Rejection


@dataclass(frozen=True)
class Lists:
    """What a plan is drawn from."""

    skills: SkillList
    query_types: tuple[QueryType, ...]


class Sources(Method, ABC):
    """The settings that say where skills come from; a class of their own, so that they come first."""

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

    @model_validator(mode="after")
    def _sound(self) -> Sources:
        if self.skills_file is not None and self.skills_file.is_file():
            read_skills(self.skills_file)
        if isinstance(self.topics, tuple) and not any(topic.strip() for topic in self.topics):
            raise BadInput(
                "the list of topics is empty", where="topics", remedy="name a topic, or how many are wanted"
            )
        return self


class SkillMix(SkillMethod, Sources):
    """Settings of Instruct-SkillMix; see docs/kinds/methods/skillmix.md."""

    kind: ClassVar[str] = "skillmix"
    paper: ClassVar[str] = "https://arxiv.org/abs/2408.14774"

    # --- before planning -----------------------------------------------------------------------------

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """The two lists: given, read, taken from data, or asked for; merged.

        Raises:
            BadInput: a file that cannot be read, or fewer than ``k`` skills.
            TutelageError: the teacher named no skill or no query type.
        """
        extraction = self._extraction(desk)
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
        types = await self._types(extraction, self._asks_for_skills)
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

    def _check(self, skills: SkillList, types: Sequence[QueryType], refused: Sequence[Rejection]) -> None:
        for what, found in (("skills", skills.skills), ("query types", types)):
            if not found:
                raise none_named(what, refused[-1] if refused else None)
        check_enough(self.k, len(skills.skills))

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """Combinations in a balanced order, those of ``state.planned`` first, until none is left."""
        lists: Lists = state.materials.content
        for names, query_type, _ in mixed_freely(
            lists.skills, lists.query_types, self.k, state.seed, state.planned
        ):
            yield self._item(names, query_type)

    def _item(self, skills: Sequence[str], query_type: QueryType) -> Item:
        names = sorted(skills)
        cell = {"skills": " + ".join(names), "query_type": query_type.name}
        return Item.make(self.kind, cell, {"skills": names, "query_type": query_type.as_dict()})
