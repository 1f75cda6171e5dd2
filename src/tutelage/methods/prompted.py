"""What methods that ask a model have in common: wording from files, one session an item, its lineage.

The whole of a small method:

    class Answering(Prompted): …
        async def carry_out(self, session):
            reply = await session.say(session.word("answer", …), "answer")
            return [session.single_turn(question, reply.text, finish=reply.finish)]
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import Field, model_validator

from tutelage.asking import Ask, Desk, Sampling
from tutelage.errors import CallFailed
from tutelage.methods.method import Method
from tutelage.methods.reading import NotRead, Read, read
from tutelage.prompts import check_overrides, load
from tutelage.records import Cell, Example, Finish, Item, Message, Rejection, Reply, digest, system, user

T = TypeVar("T")

SHARED = "shared"  # the folder of wording that every method may use


class Prompted(Method, ABC):
    """Settings of every method that asks a model; what it writes goes through a :class:`Session`."""

    wording: ClassVar[str] = ""  # the folder of its prompts, where that is not the kind's own

    temperature: Annotated[float, Field(ge=0)] | None = None
    """The teacher's own where nothing is said."""
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    """Of each reply."""
    ask_again: Annotated[int, Field(ge=0)] = 1
    """Further tries for a reply that cannot be read."""

    @model_validator(mode="after")
    def _knows_its_steps(self) -> Prompted:
        check_overrides(self.wording or self.kind, self.language, self.prompts)
        return self

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        """What :meth:`carry_out` makes of the item; an unreadable reply becomes a rejection.

        Raises:
            CallFailed: a call could not be answered.
        """
        session = Session(self, ask, item)
        try:
            return await self.carry_out(session)
        except NotRead as error:
            return [error.rejection(item.id)]

    @abstractmethod
    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """Write the examples of ``session.item``; may let ``NotRead`` and ``CallFailed`` go on."""

    def at(self, desk: Desk, stage: str, *content: Any) -> Session:
        """A session before planning: its item is named by ``content``, so it is paid once."""
        cell: Mapping[str, str] = {}
        item = Item(digest(stage, *content), self.kind, cell, {})
        return Session(self, desk.at(f"{self.kind}/{stage}", item.id), item)


class Session:
    """One item's asking. It words prompts, asks, reads, and keeps what the lineage of an example tells."""

    def __init__(self, method: Prompted, ask: Ask, item: Item) -> None:
        self.method = method
        self.ask = ask
        self.item = item
        self.turns: list[str] = []
        self._used: dict[str, str] = {}
        self._part: tuple[str, ...] = ()
        self._made = 0

    def part(self, name: str) -> Session:
        """A session for one part of the item, which may go on beside others: its examples are named after
        it, and their lineage tells of the turns up to here and of its own."""
        branch = Session(self.method, self.ask, self.item)
        branch.turns = list(self.turns)
        branch._used = dict(self._used)
        branch._part = (*self._part, name)
        return branch

    async def spare(self, work: Awaitable[Sequence[T | Rejection]]) -> Sequence[T | Rejection]:
        """What ``work`` gives; where it fails, it costs this part alone and not the item."""
        try:
            return await work
        except NotRead as error:
            return [error.rejection(self.item.id)]
        except CallFailed as error:
            return [Rejection(f"call:{error.reason}", "", str(error), self.item.id)]

    def word(self, step: str, **slots: Any) -> str:
        """The text of a step (``prompts/<kind>/<language>/<step>.txt``) with its slots filled."""
        kind = self.method.wording or self.method.kind
        wording = load(kind, step, self.method.language, self.method.prompts)
        self._used[step] = wording.fingerprint
        return wording.render(**slots)

    def opening(self, said: str | Sequence[Message]) -> list[Message]:
        """A conversation: a text becomes one user turn; the recipe's system prompt comes before it."""
        turns = [user(said)] if isinstance(said, str) else list(said)
        if self.method.system and (not turns or turns[0].role != "system"):
            turns.insert(0, system(self.method.system))
        return turns

    async def say(self, said: str | Sequence[Message], turn: str, sampling: Sampling = Sampling()) -> Reply:
        """Ask and take the reply as it is; what ``sampling`` says goes before the recipe's settings."""
        self.turns.append(turn)
        return await self.ask(self.opening(said), turn=turn, sampling=self._sampling(sampling))

    async def read(
        self,
        said: str | Sequence[Message],
        turn: str,
        parse: Callable[[Reply], T],
        sampling: Sampling = Sampling(),
    ) -> Read[T]:
        """Ask until ``parse``, which may raise ``Unreadable``, accepts the reply.

        Raises:
            NotRead: no reply could be read.
        """
        again = load(SHARED, "ask_again", self.method.language)
        found = await read(
            self.ask,
            self.opening(said),
            turn=turn,
            parse=parse,
            again=lambda reason: again.render(problem=reason.replace("_", " ")),
            retries=self.method.ask_again,
            sampling=self._sampling(sampling),
        )
        self.turns += found.turns
        return found

    def _sampling(self, wanted: Sampling) -> Sampling:
        ours = Sampling(temperature=self.method.temperature, max_tokens=self.method.max_tokens)
        return wanted.over(ours)

    def single_turn(
        self,
        instruction: str,
        output: str,
        *,
        input: str = "",
        finish: Finish = "stop",
        cell: Cell | None = None,
        **lineage: Any,
    ) -> Example:
        """One question and its answer as an example of this item."""
        named = {"system": self.method.system, "input": input, "finish": finish}
        return Example.single_turn(instruction, output, **named, **self._origin(cell, lineage))

    def dialogue(
        self,
        messages: Sequence[Message],
        *,
        finish: Finish = "stop",
        cell: Cell | None = None,
        **lineage: Any,
    ) -> Example:
        """A conversation of several turns as an example; its last user turn is its instruction."""
        asked = next((each.content for each in reversed(messages) if each.role == "user"), "")
        origin = self._origin(cell, lineage)
        return Example(messages=tuple(messages), instruction=asked, finish=finish, **origin)

    def _origin(self, cell: Cell | None, lineage: Mapping[str, Any]) -> dict[str, Any]:
        number, self._made = self._made, self._made + 1
        told = {"turns": list(self.turns), "prompts": dict(sorted(self._used.items()))}
        return {
            "id": digest(self.item.id, *self._part, number),
            "cell": self.item.cell if cell is None else cell,
            "method": self.item.method,
            "item": self.item.id,
            "teacher": self.ask.name,
            "lineage": {**lineage, **told},
        }

    def rejection(self, code: str, text: str, detail: str = "", score: float | None = None) -> Rejection:
        """The refusal of (a part of) this item; ``code`` is ``stage:code``, ``text`` the raw text."""
        return Rejection(code, text, detail, self.item.id, score=score)
