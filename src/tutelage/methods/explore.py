"""Explore-Instruct: a tree of tasks is explored, then every task is filled with examples.

Wan et al., "Explore-Instruct: Enhancing Domain-Specific Instruction Coverage through Active Exploration",
EMNLP 2023 (arXiv:2310.09168). The tree grows by lookahead and backtracking (:mod:`.trees.exploration`); then,
in rounds, tasks are asked for batches of examples with demonstrations of their own. With ``depth: 0`` the
tree is its root, which is the paper's baseline: domain-aware Self-Instruct.

Departures from the paper's program: depth first, as the paper says; backtracking is a call of its own; limits
hold; pruned tasks are left out; rounds fill all tasks evenly in place of sampling at the end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from tutelage.asking import Desk
from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.methods.method import Materials, Report, State
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.seeding.presets import Preset, preset
from tutelage.methods.seeding.seeds import Seed, read_seeds
from tutelage.methods.trees import task_writing
from tutelage.methods.trees.exploration import Limits, explore
from tutelage.methods.trees.task_rounds import Rounds, Share
from tutelage.methods.trees.territory import shortened
from tutelage.methods.trees.tree import Node, Tree, Visit, read_tree, render_tree
from tutelage.methods.trees.tree_folder import META_FILE
from tutelage.methods.trees.tree_nodes import checked_name
from tutelage.records import Example, Item, Rejection

_LIMITS = Limits()
_BESIDE = 12  # neighbours that a batch is told to leave alone
_BESIDE_CHARACTERS = 500

Breadth = Annotated[
    tuple[Annotated[int, Field(ge=1)], ...],
    Field(min_length=1),
    BeforeValidator(lambda value: (value,) if isinstance(value, int) else value),
]


class Explore(Prompted):
    """Settings of Explore-Instruct; see docs/kinds/methods/explore.md."""

    kind: ClassVar[str] = "explore"
    paper: ClassVar[str] = "https://arxiv.org/abs/2310.09168"
    adaptive: ClassVar[bool] = True

    domain: str = ""
    """What the tree is about; the name of its root."""
    preset: str = ""
    """A domain of ours with its examples: brainstorming, rewriting, mathematics, …"""
    tree_file: Path | None = None
    """A tree to start from, as JSON."""
    seeds_file: Path | None = None
    """Examples of the domain, shown to the teacher until a task has its own."""
    depth: Annotated[int, Field(ge=0, le=16)] = _LIMITS.depth
    """Levels below the root; 0: the root alone."""
    breadth: Breadth = _LIMITS.breadth
    """Children of a task, by level; the last number repeats."""
    per_call: Annotated[int, Field(ge=1)] = _LIMITS.per_call
    """New tasks that one call asks for at most."""
    fruitless: Annotated[int, Field(ge=1)] = _LIMITS.fruitless
    """Tries in a row without success after which a branch, or a task, is left alone."""
    threshold: Annotated[float, Field(gt=0, le=1)] = _LIMITS.threshold
    """ROUGE-L F1 above which the name of a task is too similar to another."""
    batch: Annotated[int, Field(ge=1)] = 10
    """Examples a call, at most."""
    demonstrations: Annotated[int, Field(ge=0)] = 2
    """Examples shown in a call."""
    per_task: Annotated[int, Field(ge=1)] | None = None
    """Accepted examples that a task gets at most; without it all tasks fill evenly to the target."""
    calls_per_round: Annotated[int, Field(ge=1)] = 16
    """At least about so many batches a round, where there are fewer tasks."""
    parts: Literal["together", "apart"] = "together"
    """``apart``: one name a call, then instruction and answer in a call each, for weak models."""

    @model_validator(mode="after")
    def _sound(self) -> Explore:
        if self.tree_file and (self.tree_file.is_dir() or self.tree_file.name == META_FILE):
            raise BadInput(
                "a tree is given as one JSON file, so that a change in it is noticed",
                where=f"tree_file: {self.tree_file}",
                remedy="make one with: tutelage tree import FOLDER --out tree.json",
            )
        if not (self.domain.strip() or self.preset or self.tree_file):
            raise BadInput(
                "nothing says what to explore",
                where="domain",
                remedy="give a domain, a preset or a tree_file",
            )
        self._start()
        return self

    # --- before planning -----------------------------------------------------------------------------

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """The tree: read or begun, then explored; its file is ``tree.json``."""
        start = self._start()
        limits = Limits(
            depth=self.depth,
            breadth=self.breadth,
            per_call=self.per_call,
            fruitless=self.fruitless,
            threshold=self.threshold,
        )
        explored = await explore(
            partial(self.at, desk), start, limits, self._domain(start), plain=self.parts == "apart"
        )
        seeds = [*self._fallback(), *(each for visit in start.walk() for each in visit.node.seeds)]
        return Materials(
            explored.tree,
            files={"tree.json": render_tree(explored.tree)},
            rejections=explored.rejections,
            licences=tuple(sorted({each.licence for each in seeds})),
        )

    def _start(self) -> Tree:
        if self.tree_file:
            return read_tree(self.tree_file)
        return Tree(Node(checked_name(self._domain(None), "domain")))

    @property
    def _preset(self) -> Preset | None:
        return preset(self.preset, self.language) if self.preset else None

    def _domain(self, tree: Tree | None) -> str:
        given = self.domain.strip() or (self._preset.domain if self._preset else "")
        return given or (tree.root.name if tree else "")

    def _fallback(self) -> list[Seed]:
        """Examples for the tasks that have none, nor has any task above them."""
        shipped = [each.as_seed() for each in self._preset.seeds] if self._preset else []
        return read_seeds(self.seeds_file) if self.seeds_file else shipped

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """The batches of ``round``: those of ``state.planned`` first, then one task after the other."""
        tree: Tree = state.materials.content
        visits = {visit.node.name: visit for visit in tree.tasks()}
        planned = [item for item in state.planned if item.cell["task"] in visits]
        yield from planned
        done = {(item.cell["task"], item.payload["number"]) for item in planned}
        rounds = self._rounds(round, state, len(visits))
        shares = rounds.shares(round, list(visits), [_origin(each) for each in state.accepted])
        draw(state.seed, f"{self.kind}/order/{round}").shuffle(shares)
        shares.sort(key=lambda share: share.accepted)  # the poorest first; the sort keeps the shuffled order
        shown = _Demonstrations(visits, state.accepted, self._fallback())
        for number in range(max((len(share.sizes) for share in shares), default=0)):
            for share in shares:
                if number < len(share.sizes) and (share.task, number) not in done:
                    yield self._item(
                        share, number, round, rounds.first, visits[share.task], shown, state.seed
                    )

    def _rounds(self, round: int, state: State, tasks: int) -> Rounds:
        """How rounds are made; what the first one asks of a task follows from the target, for good."""
        before = [item.payload["first"] for item in state.planned[:1]]
        before += [int(each.lineage["first"]) for each in state.accepted[:1]]
        most = 1 if self.parts == "apart" else self.batch
        first = before[0] if before else -(-state.target // max(1, tasks))
        return Rounds(first, most, self.calls_per_round, self.fruitless * self.batch, self.per_task)

    def _item(
        self,
        share: Share,
        number: int,
        round: int,
        first: int,
        visit: Visit,
        shown: _Demonstrations,
        seed: int,
    ) -> Item:
        node, path = visit.node, visit.path
        siblings = [each.name for each in visit.parent.children if each is not node] if visit.parent else []
        children = [each.name for each in node.children]
        chance = draw(seed, f"{self.kind}/demonstrations/{round}/{number}/{node.name}")
        payload = {
            "task": node.name,
            "reason": node.reason,
            "above": list(path[:-1]),
            "beside": list(shortened([*siblings, *children], _BESIDE, _BESIDE_CHARACTERS).names),
            "domain": self.domain.strip() or (self._preset.domain if self._preset else path[0]),
            "wanted": share.sizes[number],
            "demonstrations": shown.drawn(path, self.demonstrations, chance),
            "round": round,
            "number": number,
            "first": first,
        }
        return Item.make(self.kind, {"task": node.name}, payload)

    # --- writing -------------------------------------------------------------------------------------

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """The batch, or the one example, of an item."""
        rule = self._preset.rule if self._preset else ""
        style = task_writing.Style(rule, bool(self._preset and self._preset.boxed))
        if self.parts == "apart":
            return await task_writing.one_by_one(session, style)
        return await task_writing.together(session, style)

    def report(self, materials: Materials, kept: Iterable[Example]) -> Report:
        """The size of the tree, and how evenly its tasks are filled."""
        tree: Tree = materials.content
        filled = Counter(each.cell["task"] for each in kept)
        tasks = {visit.node.name: filled[visit.node.name] for visit in tree.tasks()}
        few, many = min(tasks.values(), default=0), max(tasks.values(), default=0)
        text = f"{len(tasks)} tasks, {tree.depth} levels below the root; {few} to {many} examples a task"
        return Report({"task tree": text}, {"examples_by_task": tasks})


def _origin(example: Example) -> tuple[int, str]:
    return int(example.lineage["round"]), example.cell["task"]


class _Demonstrations:
    """Examples to show for a task: its own, those accepted for it, else those of the nearest task above."""

    def __init__(
        self, visits: Mapping[str, Visit], accepted: Sequence[Example], fallback: Sequence[Seed]
    ) -> None:
        self._pools: dict[str, list[dict[str, Any] | Example]] = {
            name: [each for each in visit.node.examples if each["output"]] for name, visit in visits.items()
        }
        for example in accepted:
            self._pools.setdefault(example.cell["task"], []).append(example)
        self._fallback = [each.as_dict() for each in fallback if each.output]

    def drawn(self, path: Sequence[str], wanted: int, chance: random.Random) -> list[dict[str, str]]:
        """Up to ``wanted`` examples for the task at the end of ``path``, each with the task it is from."""
        task = next((name for name in reversed(path) if self._pools.get(name)), "")
        pool = self._pools[task] if task else self._fallback
        return [_shown(task, each) for each in chance.sample(pool, min(wanted, len(pool)))]


def _shown(task: str, example: Mapping[str, Any] | Example) -> dict[str, str]:
    plain = example.as_dict() | {"output": example.output} if isinstance(example, Example) else example
    return {"task": task, **{name: plain[name] for name in ("instruction", "input", "output")}}
