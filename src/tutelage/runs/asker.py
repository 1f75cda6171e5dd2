"""The Ask that the gateway hands out: it makes requests of questions and names their place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tutelage.asking import Abilities, Sampling, Score
from tutelage.errors import BadInput, CallFailed
from tutelage.records import Message, Reply
from tutelage.runs.line import Line
from tutelage.teachers.teacher import Request

Answerer = Callable[[Line, str, Request], Awaitable[Reply]]


class Asker:
    """The ask of one item; see :class:`tutelage.asking.Ask`. ``place`` is stage / item."""

    __slots__ = ("_answer", "_line", "_place")

    def __init__(self, answer: Answerer, line: Line, place: str) -> None:
        self._answer = answer
        self._line = line
        self._place = place

    @property
    def abilities(self) -> Abilities:
        """What the model can do."""
        return self._line.teacher.abilities

    @property
    def name(self) -> str:
        """The model's name."""
        return self._line.teacher.name

    async def __call__(
        self, messages: Sequence[Message], *, turn: str, sampling: Sampling = Sampling()
    ) -> Reply:
        """Send a conversation."""
        request = Request(self._line.sampling(sampling), tuple(messages))
        return await self._answer(self._line, f"{self._place}/{turn}", request)

    async def raw(self, prompt: str, *, turn: str, sampling: Sampling = Sampling()) -> Reply:
        """Complete raw text."""
        self._require("raw", "complete raw text")
        request = Request(self._line.sampling(sampling), prompt=prompt)
        return await self._answer(self._line, f"{self._place}/{turn}", request)

    async def score(self, messages: Sequence[Message], answer: str, *, turn: str) -> float:
        """The log-likelihood of ``answer``."""
        self._require("score", "score a given answer")
        request = Request(self._line.sampling(Sampling()), tuple(messages), answer=answer)
        place = f"{self._place}/{turn}"
        reply = await self._answer(self._line, place, request)
        if reply.score is None:
            raise CallFailed("the reply has no score", reason="invalid", permanent=True, where=place)
        return Score(reply.score, reply.usage.completion)

    def _require(self, ability: str, verb: str) -> None:
        if not getattr(self.abilities, ability):
            raise BadInput(
                f"the model '{self.name}' cannot {verb}",
                where=self._place,
                remedy=f"bind a {self._line.role} that can; `tutelage doctor` shows what each one has",
            )
