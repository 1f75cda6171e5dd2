"""Explore-Instruct's way through a domain: lookahead, backtracking, depth first (Wan et al. 2023, §3).

    lookahead(v)   asks for new, finer tasks of v
    backtrack(v)   leaves v, whose part of the tree is done, for its parent, and asks for further tasks there

The order of visits, from the root on: at a task that is short of its breadth, look ahead (again, as long as
it has no child); then visit its children in their order, each to its end; then backtrack from the last child
to the task, visit what that found, and so on until the breadth is reached. After ``fruitless`` tries in
a row that found nothing a task is left as it is, so every exploration ends. Children that were there count;
pruned ones do not, but they are visited. Both operators see the exploration state (:mod:`.territory`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from tutelage.errors import CallFailed
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.reading import NotRead
from tutelage.methods.trees.subtasks import Proposal, Refused, checked, first_proposal, proposals
from tutelage.methods.trees.territory import Place, Shown, territory
from tutelage.methods.trees.tree import Node, Tree
from tutelage.methods.trees.tree_nodes import MAX_DEPTH, name_key
from tutelage.novelty import Index
from tutelage.prompts import Wording, load, material
from tutelage.records import Message, Rejection, assistant, system, user

KIND = "explore"  # the folder of its wording, whichever method explores
_REFUSED_SHOWN = 12  # of the names that were refused last, so that they are not proposed again
Operator = Literal["lookahead", "backtrack"]


class Limits(BaseModel):
    """Where an exploration ends.

    ``depth`` K levels below the root; ``breadth`` B children of a task, by the task's depth (the last one
    repeats); ``per_call`` M new tasks a call at most; ``fruitless`` tries in a row; ``threshold`` the
    ROUGE-L F1 above which a name is too similar to another of the tree.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    depth: Annotated[int, Field(ge=0, le=MAX_DEPTH)] = 2
    breadth: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (8, 6)
    per_call: Annotated[int, Field(ge=1)] = 4
    fruitless: Annotated[int, Field(ge=1)] = 3
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.7

    def breadth_at(self, depth: int) -> int:
        """How many children a task of that depth may have."""
        return self.breadth[min(depth, len(self.breadth) - 1)] if depth < self.depth else 0


@dataclass(frozen=True, slots=True)
class Step:
    """One call: ``operator`` stood at ``task`` and asked for children of ``target``, and ``found`` those.

    Lookahead asks where it stands; backtracking stands at the child that it leaves.
    """

    operator: Operator
    task: str
    target: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explored:
    """The grown tree (the one that was given is as it was), the calls in order, and what was refused."""

    tree: Tree
    steps: tuple[Step, ...]
    rejections: tuple[Rejection, ...]


class Opens(Protocol):
    """Opens a session for a stage and the content that names its item, as ``Prompted.at`` does for a desk."""

    def __call__(self, stage: str, *content: object) -> Session:
        """The session."""
        ...


async def explore(
    opens: Opens, tree: Tree, limits: Limits, domain: str = "", *, plain: bool = False
) -> Explored:
    """Grow a copy of ``tree`` to its limits; ``domain`` is what the tree is about, if not its root's name.
    ``plain`` asks for one bare name a call, after worked examples: the way for weak models.

    Any method may call this: ``opens`` is ``functools.partial(self.at, desk)``. The wording is that of
    ``prompts/explore``. What exists stays as it is, in its order; new children stand behind it.

    Raises:
        TutelageError: the run cannot go on (budget, wrong key). A call that failed is a fruitless try.
    """
    way = _Way(opens, tree.copy(), limits, domain or tree.root.name, plain)
    await way.visit((way.tree.root,))
    return Explored(way.tree, tuple(way.steps), tuple(way.rejections))


@dataclass(slots=True)
class _Tries:
    """What came of the calls for one task's children: the progress guard, and what to name no more."""

    made: int = 0
    fruitless: int = 0
    refused: list[str] = field(default_factory=list)


class _Way:
    """One exploration under way."""

    def __init__(self, opens: Opens, tree: Tree, limits: Limits, domain: str, plain: bool) -> None:
        self.tree = tree
        self.steps: list[Step] = []
        self.rejections: list[Rejection] = []
        self._opens = opens
        self._limits = limits
        self._domain = domain
        self._plain = plain
        self._index = Index(limits.threshold)
        self._names: set[str] = set()
        for visit in tree.walk():
            self._take(visit.node.name)

    async def visit(self, path: Sequence[Node]) -> None:
        """Explore the last node of ``path`` (the nodes from the root to it) to its end, depth first."""
        node, tries, seen = path[-1], _Tries(), 0
        while True:
            tired = tries.fruitless >= self._limits.fruitless
            if self._room(path) and not tired:
                if seen == 0:
                    await self.lookahead(path, tries)
                else:
                    await self.backtrack((*path, node.children[seen - 1]), tries)
            elif seen == len(node.children):
                return
            for child in node.children[seen:]:
                await self.visit((*path, child))
            seen = len(node.children)

    async def lookahead(self, path: Sequence[Node], tries: _Tries) -> None:
        """Ask for finer tasks of the task at the end of ``path``."""
        await self._ask("lookahead", path[-1], path, tries)

    async def backtrack(self, path: Sequence[Node], tries: _Tries) -> None:
        """Go from the task at the end of ``path`` to its parent, and ask for further tasks there."""
        await self._ask("backtrack", path[-1], path[:-1], tries)

    def _room(self, path: Sequence[Node]) -> int:
        """How many children the last node of ``path`` may still get."""
        there = sum(1 for child in path[-1].children if not child.pruned)
        return max(0, self._limits.breadth_at(len(path) - 1) - there)

    async def _ask(self, operator: Operator, stands: Node, path: Sequence[Node], tries: _Tries) -> None:
        """One call for children of the last node of ``path``; what is accepted becomes its children."""
        target = path[-1]
        wanted = 1 if self._plain else min(self._limits.per_call, self._room(path))
        session = self._opens(operator, target.name, tries.made)
        tries.made += 1
        place = territory(self.tree, path)
        said = self._said(session, operator, stands.name, place, wanted, tries.refused)
        prompt = said[-1].content
        found: list[str] = []
        shown = {name_key(each.content) for each in said if each.role == "assistant"}
        for proposal in await self._answered(session, said):
            refused = self._refusal(proposal, prompt, wanted - len(found), shown)
            if refused is None:
                target.children.append(Node(proposal.name, proposal.reason, extra={"found_by": operator}))
                self._take(proposal.name)
                found.append(proposal.name)
                continue
            detail = f"under '{target.name}', by {operator}: {refused.detail}"
            item = session.item.id
            self.rejections.append(Rejection(refused.code, proposal.raw, detail, item, score=refused.score))
            if refused.code.startswith("novelty:"):
                tries.refused.append(proposal.name)
        tries.fruitless = 0 if found else tries.fruitless + 1
        self.steps.append(Step(operator, stands.name, target.name, tuple(found)))

    async def _answered(self, session: Session, said: Sequence[Message]) -> list[Proposal]:
        """The proposals of the reply; one that cannot be had or read is a rejection."""
        parse = first_proposal if self._plain else proposals
        try:
            return (await session.read(said, "ask", lambda reply: parse(reply.text))).value
        except NotRead as error:
            self.rejections.append(error.rejection(session.item.id))
        except CallFailed as error:
            self.rejections.append(Rejection(f"call:{error.reason}", "", str(error), session.item.id))
        return []

    def _refusal(self, proposal: Proposal, prompt: str, room: int, shown: set[str]) -> Refused | None:
        """Why a proposal is not accepted, or ``None``; ``shown`` are the answers of worked examples."""
        refused = checked(proposal, prompt)
        if refused is not None:
            return refused
        if name_key(proposal.name) in shown - self._names:
            return Refused("parse:copied_example", "the answer of a worked example")
        if name_key(proposal.name) in self._names:
            return Refused("novelty:similar_task", "a task of the tree is called so", 1.0)
        match = self._index.find(proposal.name)
        if match is not None:
            return Refused("novelty:similar_task", f"too similar to '{match.key}'", match.score)
        return None if room > 0 else Refused("explore:surplus", "more tasks than were asked for")

    def _take(self, name: str) -> None:
        self._names.add(name_key(name))
        self._index.add(name, name)

    def _said(
        self,
        session: Session,
        operator: Operator,
        left: str,
        place: Place,
        wanted: int,
        refused: Sequence[str],
    ) -> list[Message]:
        """What the teacher is told: one message, or worked examples as earlier turns, then the question."""
        method = session.method
        if not self._plain:
            slots = {"domain": self._domain, "left": left, "place": place, "wanted": wanted}
            return [user(_wording(method, operator).render(**slots, refused=list(refused[-_REFUSED_SHOWN:])))]
        opening = f"{method.system}\n\n{_wording(method, 'name_system').render()}".strip()
        messages, wording = [system(opening)], _wording(method, "name")
        for one in material(KIND, "worked_names.json", method.language):
            known = Shown(tuple(one["known"]), 0)
            there = Place(one["task"], "", (), known, Shown((), 0), Shown((), 0))
            messages.append(user(wording.render(place=there, left=one["left"] or one["task"])))
            messages.append(assistant(one["name"]))
        return [*messages, user(wording.render(place=place, left=left))]


def _wording(method: Prompted, step: str) -> Wording:
    """The prompt of a step. A method's own wording counts where it explores under its own name."""
    own = method.prompts if (method.wording or method.kind) == KIND else {}
    return load(KIND, step, method.language, own)
