"""SkillTree: explore the domain, name skills at its leaves, and mix skills drawn across the leaves.

Our own, out of two papers: Explore-Instruct (Wan et al., EMNLP 2023, arXiv:2310.09168) spreads over a domain
but writes for one task at a time; Instruct-SkillMix (Kaur et al., ICLR 2025, arXiv:2408.14774) mixes skills
but leaves to chance which parts of a domain meet. Here

    explore → skills at each leaf → blocks of k leaves (a covering design) → a skill of each → write

so that every pair of leaves meets once before any pair meets twice, and the report says how many have met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Ask, Desk
from tutelage.errors import BadInput
from tutelage.methods.explore import Breadth, Explore
from tutelage.methods.method import Materials, Report, State
from tutelage.methods.mixing.leaf_coverage import coverage
from tutelage.methods.mixing.leaf_mixing import Mix, mixes
from tutelage.methods.mixing.leaf_skills import LeafSkills, assigned, at_leaves, read_leaf_skills
from tutelage.methods.mixing.query_types import QueryType, render_query_types
from tutelage.methods.mixing.skill_extraction import Extraction
from tutelage.methods.mixing.skill_method import SkillMethod, check_enough, mixed_freely, none_named
from tutelage.methods.mixing.skills import Skill, explain, merge
from tutelage.methods.trees.tree import Tree, read_tree, render_tree
from tutelage.records import Example, Item, Rejection


@dataclass(frozen=True)
class Plan:
    """What a plan is drawn from; ``domain`` is empty where the setting says it."""

    skills: LeafSkills
    query_types: tuple[QueryType, ...]
    domain: str = ""


class SkillTree(SkillMethod):
    """Settings of SkillTree; see docs/kinds/methods/skilltree.md."""

    kind: ClassVar[str] = "skilltree"
    paper: ClassVar[str] = "https://arxiv.org/abs/2310.09168 and https://arxiv.org/abs/2408.14774"

    k: Annotated[int, Field(ge=2)] = 2
    """Skills of an example, each of another leaf."""
    tree_file: Path | None = None
    """A tree as JSON, taken as it is; without it the domain is explored."""
    depth: Annotated[int, Field(ge=1, le=16)] = 2
    """Levels that are explored below the root."""
    breadth: Breadth = (8, 5)
    """Children of a task, by level; the last number repeats."""
    fruitless: Annotated[int, Field(ge=1)] = 3
    """Tries in a row without a new task after which a branch is left alone."""
    skills_file: Path | None = None
    """Skills by leaf as JSON; leaves that are not in it are asked about."""
    skills_per_leaf: Annotated[int, Field(ge=1)] = 6
    """Skills that a leaf is asked for."""
    merge: Literal["none", "form", "teacher"] = "form"
    """How far names of skills are made one: as they are, by form, or by the teacher too."""

    @model_validator(mode="after")
    def _sound(self) -> SkillTree:
        if self.tree_file is not None and self.tree_file.is_dir():
            raise BadInput(
                "a tree is given as one JSON file, so that a change in it is noticed",
                where=f"tree_file: {self.tree_file}",
                remedy="make one with: tutelage tree import FOLDER --out tree.json",
            )
        if self.tree_file is not None and self.tree_file.is_file():
            self._leaves(read_tree(self.tree_file))
        if self.skills_file is not None and self.skills_file.is_file():
            read_leaf_skills(self.skills_file)
        if not (self.domain.strip() or self.tree_file or self.skills_file):
            raise BadInput(
                "nothing says what the examples are about",
                where="domain",
                remedy="set domain, or give a tree_file or a skills_file",
            )
        return self

    # --- before planning -----------------------------------------------------------------------------

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """Tree, skills at its leaves, and query types: given, or asked for.

        Raises:
            BadInput: a file that cannot be read, skills for a leaf that is not in the tree, or fewer than
                ``k`` skills in all.
            TutelageError: the teacher named no task, or no query type.
        """
        given = read_leaf_skills(self.skills_file) if self.skills_file else {}
        tree, refused = await self._tree(desk, seed, bool(given))
        leaves = self._leaves(tree) if tree else list(given)
        if tree:
            given = at_leaves(leaves, given, str(self.skills_file))
        extraction = self._extraction(desk, tree.root.name if tree else "")
        skills = await self._skills(extraction, leaves, given)
        asking = len(given) < len(leaves)
        types = await self._types(extraction, asking)
        if not types:
            raise none_named("query types", extraction.rejections[-1] if extraction.rejections else None)
        check_enough(self.k, skills.count)
        files = {"leaf_skills.json": skills.render()}
        files["merges.json"] = explain(skills.aliases)
        files["query_types.md"] = render_query_types(types, self.language)
        if tree:
            files["tree.json"] = render_tree(tree)
        domain = "" if self.domain or not tree else tree.root.name
        rejections = (*refused, *extraction.rejections)
        return Materials(Plan(skills, tuple(types), domain), files, rejections)

    def _leaves(self, tree: Tree) -> list[str]:
        leaves = [visit.node.name for visit in tree.leaves()]
        if not leaves:
            raise BadInput(
                "every task of the tree is pruned",
                where=f"tree_file: {self.tree_file}",
                remedy="leave one in",
            )
        return leaves

    async def _tree(self, desk: Desk, seed: int, has_leaves: bool) -> tuple[Tree | None, Sequence[Rejection]]:
        """The tree of the file, or one that is explored; none where a file says which leaves there are."""
        if self.tree_file:
            return read_tree(self.tree_file), ()
        if has_leaves:
            return None, ()
        explorer = Explore(
            language=self.language,
            system=self.system,
            domain=self.domain,
            depth=self.depth,
            breadth=self.breadth,
            fruitless=self.fruitless,
            parts="apart" if self.parts == "apart" or self.turns == "single-turn" else "together",
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            ask_again=self.ask_again,
        )
        explored = await explorer.prepare(desk, seed)
        tree: Tree = explored.content
        last = explored.rejections[-1] if explored.rejections else None
        if not tree.root.children and last and last.reason.startswith("call:"):
            raise none_named("tasks", last)
        return tree, explored.rejections

    async def _skills(
        self, extraction: Extraction, leaves: Sequence[str], given: Mapping[str, list[Skill]]
    ) -> LeafSkills:
        """The given skills, and for the other leaves those that the teacher names."""
        asked = await extraction.skills_by_topic(
            [leaf for leaf in leaves if leaf not in given], self.skills_per_leaf
        )
        last = extraction.rejections[-1] if extraction.rejections else None
        if asked and not any(asked.values()) and last and last.reason.startswith("call:"):
            raise none_named("skills", last)
        cut = {leaf: skills[: self.skills_per_leaf] for leaf, skills in asked.items()}
        named = {leaf: given[leaf] if leaf in given else cut[leaf] for leaf in leaves}
        every = (skill for skills in named.values() for skill in skills)
        merged = merge(every, near=self.merge != "none")
        if self.merge == "teacher":
            merged = await extraction.synonyms(merged)
        return assigned(named, merged)

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """Mixes across leaves, those of ``state.planned`` first; of skills alone where leaves are too few."""
        drawn: Plan = state.materials.content
        across = len(drawn.skills.of) >= self.k
        return self._across(drawn, state) if across else self._within(drawn, state)

    def _across(self, drawn: Plan, state: State) -> Iterator[Item]:
        leaves = sorted(drawn.skills.of)
        skills = [drawn.skills.of[leaf] for leaf in leaves]
        counted: list[Mix] = []
        for item in state.planned:
            mix = self._mix_of(item, drawn, leaves)
            if mix:
                counted.append(mix)
                query_type = drawn.query_types[mix.kind]
                yield self._item(drawn, item.payload["skills"], item.payload["leaves"], query_type, item)
        sizes = [len(names) for names in skills]
        for mix in mixes(sizes, self.k, len(drawn.query_types), state.seed, counted):
            names = [skills[leaf][number] for leaf, number in mix.chosen if number is not None]
            places = [leaves[leaf] for leaf in mix.leaves]
            yield self._item(drawn, names, places, drawn.query_types[mix.kind], mix)

    def _mix_of(self, item: Item, drawn: Plan, leaves: Sequence[str]) -> Mix | None:
        """What a planned item is by now; nothing where a leaf, a skill or the type is gone."""
        named = list(zip(item.payload["leaves"], item.payload["skills"], strict=True))
        kinds = [each.name for each in drawn.query_types]
        wanted = item.payload["query_type"]["name"]
        known = all(leaf in drawn.skills.of and drawn.skills.find(skill) for leaf, skill in named)
        if not known or len(named) != self.k or wanted not in kinds:
            return None
        numbered = [(leaves.index(leaf), drawn.skills.number(leaf, skill)) for leaf, skill in named]
        chosen = sorted(numbered, key=lambda one: one[0])
        return Mix(
            tuple(leaf for leaf, _ in chosen), tuple(skill for _, skill in chosen), kinds.index(wanted)
        )

    def _within(self, drawn: Plan, state: State) -> Iterator[Item]:
        every = drawn.skills.as_list()
        for names, query_type, before in mixed_freely(
            every, drawn.query_types, self.k, state.seed, state.planned
        ):
            found = [drawn.skills.find(name) for name in names]
            leaves = before.payload["leaves"] if before else [place[0] for place in found if place]
            yield self._item(drawn, names, leaves, query_type, before)

    def _item(
        self,
        drawn: Plan,
        skills: Sequence[str],
        leaves: Sequence[str],
        query_type: QueryType,
        made_for: Item | Mix | None,
    ) -> Item:
        cell = {
            "skills": " + ".join(skills),
            "leaves": " + ".join(dict.fromkeys(leaves)),
            "query_type": query_type.name,
        }
        payload: dict[str, Any] = {"skills": list(skills), "leaves": list(leaves)}
        payload["query_type"] = query_type.as_dict()
        if drawn.domain:
            payload["domain"] = drawn.domain
        return Item.make(self.kind, cell, payload, made_for.occurrence if made_for else 0)

    # --- writing -------------------------------------------------------------------------------------

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        """One example, whose lineage names its leaves, or the reason why there is none.

        Raises:
            CallFailed: a call could not be answered.
        """
        written = await super().write(item, ask)
        return [
            replace(each, lineage={**each.lineage, "leaves": list(item.payload["leaves"])})
            if isinstance(each, Example)
            else each
            for each in written
        ]

    def report(self, materials: Materials, kept: Iterable[Example]) -> Report:
        """Which share of the pairs of leaves (of skills, where leaves are fewer than ``k``) was met."""
        drawn: Plan = materials.content
        across = len(drawn.skills.of) >= self.k
        return coverage(drawn.skills, "leaves" if across else "skills", kept)
