"""Fill: what a dataset leaves thin, and nothing else.

Given a dataset and the cells that it should cover (the tasks of a tree, a list of skills, a file of cells),
items are planned only for cells with fewer than ``per_cell`` examples, as many as are missing. What was
rejected leaves its cell thin, so the next round plans it again; a cell that gets nothing for some rounds is
given up.

Coverage of the tasks that people have is the first challenge that Zhang et al., "Instruction Tuning for Large
Language Models: A Survey", 2023 (arXiv:2308.10792) name. The prompts are simple: the cell in words, with a
few requests of the nearest cells before it; then the request alone is answered.
"""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Desk
from tutelage.errors import BadInput
from tutelage.methods.answering import answered
from tutelage.methods.dialogues.spoken import Shown, message_of
from tutelage.methods.gaps import (
    Coverage,
    Gap,
    Wanted,
    distinct,
    in_words,
    of_skills,
    of_tree,
    read_cells,
)
from tutelage.methods.method import Materials, Report, State
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.seeding.new_instructions import fault, only_entry
from tutelage.methods.survey import Survey, look_at, survey
from tutelage.methods.trees.tree_folder import META_FILE
from tutelage.records import Example, Item, Message, Rejection, Reply, assistant, user
from tutelage.replies import Unreadable

# What somebody says who is asked for help, not who asks.
_SERVES = re.compile(
    r"\W*(?:you(?:['’]re| are) welcome|i(?:['’]m| am) (?:here|happy|glad|ready) to (?:help|assist)"
    r"|what can i do for you|不客气|不用谢|很高兴(?:为|帮)|我(?:很乐意|可以|能)(?:为|帮)[你您])",
    re.IGNORECASE,
)


class Fill(Prompted):
    """Settings of ``fill``; see docs/kinds/methods/fill.md."""

    kind: ClassVar[str] = "fill"
    paper: ClassVar[str] = "https://arxiv.org/abs/2308.10792"
    adaptive: ClassVar[bool] = True

    data_file: Path | None = None
    """The dataset; its rows tell their cell."""
    data_files: tuple[Path, ...] = ()
    """More of it."""
    cells_file: Path | None = None
    """Cells to cover: a flat row each; a column ``about`` says more about the cell."""
    tree_file: Path | None = None
    """A tree whose tasks are to be covered."""
    tasks: Literal["all", "leaves"] = "all"
    """Which tasks of the tree."""
    skills_file: Path | None = None
    """Skills to cover."""
    per_cell: Annotated[int, Field(ge=1)] = 5
    """Examples that a cell should have."""
    demonstrations: Annotated[int, Field(ge=0, le=8)] = 2
    """Requests of the dataset shown for each new one, from the cells nearest to the gap."""
    fruitless: Annotated[int, Field(ge=1)] = 3
    """Rounds in a row without an accepted example after which a cell is given up."""

    @model_validator(mode="after")
    def _sound(self) -> Fill:
        if not self._data:
            raise BadInput("no dataset is given", where="data_file", remedy="name the dataset to look at")
        if not (self.cells_file or self.tree_file or self.skills_file):
            raise BadInput(
                "nothing says what the dataset should cover",
                where="cells_file",
                remedy="give a cells_file, a tree_file or a skills_file",
            )
        if self.tree_file and (self.tree_file.is_dir() or self.tree_file.name == META_FILE):
            raise BadInput(
                "a tree is given as one JSON file, so that a change in it is noticed",
                where=f"tree_file: {self.tree_file}",
                remedy="make one with: tutelage tree import FOLDER --out tree.json",
            )
        wanted = self._wanted()
        if all(path.is_file() for path in self._data):
            look_at(self._data, wanted)
        return self

    @property
    def _data(self) -> tuple[Path, ...]:
        return (*([self.data_file] if self.data_file else ()), *self.data_files)

    # --- before planning -----------------------------------------------------------------------------

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """Count the cells; no call is made. ``gaps.json`` says of each wanted cell what it has and lacks.

        Raises:
            BadInput: a file that cannot be read, or cells that no row of the dataset could ever cover.
        """
        found = survey(self._data, self._wanted(), seed)
        files = {"gaps.json": _rendered(found.gaps(self.per_cell))}
        return Materials(found, files=files, licences=found.licences)

    def gaps(self) -> list[Gap]:
        """Of each wanted cell, how many examples it has and lacks; needs no teacher.

        Raises:
            BadInput: as :meth:`prepare`.
        """
        return survey(self._data, self._wanted(), 0).gaps(self.per_cell)

    def _wanted(self) -> list[Wanted]:
        found = read_cells(self.cells_file) if self.cells_file else []
        found += of_tree(self.tree_file, self.tasks == "leaves") if self.tree_file else []
        found += of_skills(self.skills_file) if self.skills_file else []
        return distinct(found)

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """What is missing now, the emptiest cells first; what this round had planned before comes first.

        Made as it is taken: a target may end the round long before every cell has its share.
        """
        lacks = self._lacks(state.materials.content, round, state.accepted)
        numbers: dict[str, set[int]] = {name: set() for name in lacks}
        for item in state.planned:
            name = Wanted(item.cell).name
            if name in lacks and len(numbers[name]) < lacks[name].missing:
                numbers[name].add(item.occurrence)
                yield item
        queues = [_ahead(gap, numbers[name], order) for order, (name, gap) in enumerate(lacks.items())]
        for _, _, number, wanted in heapq.merge(*queues, key=itemgetter(0, 1)):
            yield self._item(wanted, state, round, number)

    def _lacks(self, found: Survey, round: int, accepted: Sequence[Example]) -> dict[str, Gap]:
        """The gaps that are still open, by the name of their cell."""
        new = Coverage()
        next_of: Counter[str] = Counter()  # the round after the last that gave something
        for example in accepted:
            new.add(example.cell)
            name = Wanted(example.cell).name
            next_of[name] = max(next_of[name], int(example.lineage["round"]) + 1)
        return {
            gap.wanted.name: gap
            for gap in found.gaps(self.per_cell, new)
            if gap.missing and round - next_of[gap.wanted.name] < self.fruitless
        }

    def _item(self, wanted: Wanted, state: State, round: int, number: int) -> Item:
        found: Survey = state.materials.content
        place = f"fill/{wanted.name}/{round}/{number}"
        shown = found.shown(wanted.cell, self.demonstrations, state.seed, place)
        payload = {"about": wanted.about, "shown": shown, "round": round}
        return Item.make(self.kind, dict(wanted.cell), payload, number)

    # --- writing -------------------------------------------------------------------------------------

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """A request for the cell, and its answer."""
        payload = session.item.payload
        said = self._conversation(session)
        shown = Shown([each.content for each in said])

        def request(reply: Reply) -> str:
            (entry,), _ = only_entry(reply)
            text = message_of(Reply(entry), shown)
            if _SERVES.match(text):
                raise Unreadable("spoke_as_assistant", text[:200])
            if code := fault(text, self.language):
                raise Unreadable(code, text[:200])
            return text

        asked = (await session.read(said, "request", request)).value
        reply = await answered(session, session.word("answer", request=asked), "answer")
        return [session.single_turn(asked, reply.text.strip(), finish=reply.finish, round=payload["round"])]

    def _conversation(self, session: Session) -> list[Message]:
        """Earlier requests as earlier turns: a small model goes on in their manner."""
        payload = session.item.payload
        said = []
        for each in payload["shown"]:
            said += [user(session.word("request", cell=each["cell"], about="")), assistant(each["request"])]
        words = in_words(session.item.cell)
        return [*said, user(session.word("request", cell=words, about=payload["about"]))]

    def report(self, materials: Materials, kept: Iterable[Example]) -> Report:
        """How many gaps there were, and how many are closed now."""
        found: Survey = materials.content
        new = Coverage()
        for example in kept:
            new.add(example.cell)
        rows = [{**gap.as_dict(), "added": new.had(gap.wanted.cell)} for gap in found.gaps(self.per_cell)]
        thin = [each for each in rows if each["missing"]]
        closed = sum(each["added"] >= each["missing"] for each in thin)
        text = (
            f"{len(thin)} of {len(rows)} cells had fewer than {self.per_cell} examples; {closed} are filled"
        )
        return Report({"gaps": text}, {"gaps": rows})


def _ahead(gap: Gap, taken: Collection[int], order: int) -> Iterator[tuple[int, int, int, Wanted]]:
    """How many its cell would have before it, the cell's place, a free number, and the cell, for each example
    of ``gap`` that is not planned yet."""
    free = (number for number in range(gap.missing) if number not in taken)
    for had in range(gap.had + len(taken), gap.had + gap.missing):
        yield had, order, next(free), gap.wanted


def _rendered(found: Sequence[Gap]) -> str:
    plain: Mapping[str, Any] = {
        "cells": len(found),
        "thin": sum(gap.missing > 0 for gap in found),
        "missing": sum(gap.missing for gap in found),
        "gaps": [gap.as_dict() for gap in found],
    }
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"
