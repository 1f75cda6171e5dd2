"""Given instructions and nothing else to do: the teacher answers what a file asks.

After InstructWild (Ni et al. 2023), whose second half this is: questions that people asked, answered by a
model. Rows may be in any format; an answer that is there already is left out and written anew, and of a
conversation the last user turn is answered, with what was said before it kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Desk
from tutelage.methods.answering import answered
from tutelage.methods.method import Materials, State
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.seeding.seeds import Asked, each_asked
from tutelage.records import Example, Item, Message, Rejection, assistant, digest
from tutelage.text import words

_LOOKED_AT = 1000  # rows that are read before anything is paid


class Respond(Prompted):
    """Settings of ``respond``; see docs/kinds/methods/respond.md."""

    kind: ClassVar[str] = "respond"
    paper: ClassVar[str] = "https://github.com/XueFuzhao/InstructionWild"

    seeds_file: Path
    """What is to be answered, in any format; a text file has one question a line."""
    candidates: Annotated[int, Field(ge=1, le=64)] = 1
    """How often each is answered."""
    keep: Literal["all", "longest"] = "all"
    """Which candidates become examples."""

    @model_validator(mode="after")
    def _asks_something(self) -> Respond:
        if self.seeds_file.is_file():
            next(each_asked(self.seeds_file))
        return self

    # --- planning ------------------------------------------------------------------------------------

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """Look at the first rows alone, for the file may be far longer than the run. Of licences there is
        nothing to tell: each example has that of its own row.

        Raises:
            BadInput: the file cannot be read, or one of these rows asks nothing.
        """
        deque(islice(each_asked(self.seeds_file), _LOOKED_AT), maxlen=0)
        return Materials()

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """One item a row, read as it is wanted; those of ``state.planned`` first, where the file still has
        their row: it is read as far as the last of them.

        Raises:
            BadInput: a row that is reached asks nothing.
        """
        before = {item.id for item in state.planned}
        gone = set(before)
        rows = self._items()
        while gone and (item := next(rows, None)):
            gone.discard(item.id)
        yield from (item for item in state.planned if item.id not in gone)
        yield from (item for item in self._items() if item.id not in before)

    def _items(self) -> Iterator[Item]:
        seen: dict[str, int] = {}
        for asked in each_asked(self.seeds_file):
            payload = _payload(asked)
            name = digest(payload)
            occurrence = seen[name] = seen.get(name, -1) + 1
            yield Item.make(self.kind, {"source": self.seeds_file.name}, payload, occurrence)

    # --- writing -------------------------------------------------------------------------------------

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """Every candidate as an example of its own, or the longest alone."""
        found: list[Example] = []
        refused: list[Rejection] = []
        for number in range(1, self.candidates + 1):
            part = session.part(str(number)) if self.candidates > 1 else session
            for result in await part.spare(self._candidate(part, number)):
                if isinstance(result, Example):
                    found.append(result)
                else:
                    refused.append(result)
        if self.keep == "longest" and found:
            best = max(found, key=lambda each: words(each.output))
            refused += [_shorter(each, best, session) for each in found if each is not best]
            found = [best]
        return [*found, *refused]

    async def _candidate(self, session: Session, number: int) -> Sequence[Example | Rejection]:
        payload = session.item.payload
        history = [Message.from_dict(each) for each in payload["messages"]]
        *before, asked = history
        wanted = replace(asked, content=session.word("answer", question=asked.content))
        reply = await answered(session, [*before, wanted], f"answer-{number}")
        messages = session.opening([*history, assistant(reply.text.strip())])
        cell = dict(session.item.cell) | ({"candidate": str(number)} if self.candidates > 1 else {})
        example = session.dialogue(messages, finish=reply.finish, cell=cell)
        parts = {name: payload[name] for name in ("instruction", "input", "licence")}
        return [replace(example, **parts)]


def _payload(asked: Asked) -> Mapping[str, Any]:
    return {
        "messages": [each.as_dict() for each in asked.messages],
        "instruction": asked.instruction,
        "input": asked.input,
        "licence": asked.licence,
    }


def _shorter(example: Example, best: Example, session: Session) -> Rejection:
    detail = f"{words(example.output)} words, and {words(best.output)} in the longest answer"
    return session.rejection("respond:not_longest", f"{example.instruction}\n\n{example.output}", detail)
