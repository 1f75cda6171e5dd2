"""A desk for methods: replies come from a function, and every call is written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from tutelage.asking import Abilities, Sampling, TeacherRole
from tutelage.errors import CallFailed
from tutelage.records import Message, Reply


@dataclass
class Call:
    """One call with its place."""

    stage: str
    item: str
    turn: str
    messages: tuple[Message, ...]
    sampling: Sampling
    prompt: str | None = None  # of a raw completion, which has no messages

    @property
    def said(self) -> str:
        """The last message, or the raw prompt."""
        return self.messages[-1].content if self.prompt is None else self.prompt


Answer = Callable[[Call], "str | Reply"]


@dataclass
class FakeDesk:
    """Hands out asks that answer by ``answer`` and note each call in ``calls``."""

    answer: Answer
    abilities: Abilities = field(default_factory=Abilities)
    calls: list[Call] = field(default_factory=list)

    def at(self, stage: str, item: str, role: TeacherRole = "teacher") -> FakeAsk:
        return FakeAsk(self, stage, item)

    @property
    def stages(self) -> list[str]:
        return [call.stage for call in self.calls]


@dataclass
class FakeAsk:
    desk: FakeDesk
    stage: str
    item: str
    name: str = "fake-1"

    @property
    def abilities(self) -> Abilities:
        return self.desk.abilities

    async def __call__(
        self, messages: Sequence[Message], *, turn: str, sampling: Sampling = Sampling()
    ) -> Reply:
        call = Call(self.stage, self.item, turn, tuple(messages), sampling)
        self.desk.calls.append(call)
        said = self.desk.answer(call)
        return said if isinstance(said, Reply) else Reply(said)

    async def raw(self, prompt: str, *, turn: str, sampling: Sampling = Sampling()) -> Reply:
        if not self.abilities.raw:
            raise CallFailed("cannot", reason="unable", permanent=True)
        call = Call(self.stage, self.item, turn, (), sampling, prompt)
        self.desk.calls.append(call)
        said = self.desk.answer(call)
        return said if isinstance(said, Reply) else Reply(said)

    async def score(self, messages: Sequence[Message], answer: str, *, turn: str) -> float:
        raise CallFailed("cannot", reason="unable", permanent=True)


@pytest.fixture
def desk_of() -> Callable[..., FakeDesk]:
    """``desk_of(answer)``: a desk whose model answers by the function ``answer(call)``."""
    return FakeDesk
