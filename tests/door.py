"""A gateway over a run database and a teacher, in a few words: for tests of everything behind the door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from tutelage.asking import Abilities, Sampling
from tutelage.recipe.settings import Budget, PaceOptions
from tutelage.records import Reply, Usage, user
from tutelage.runs.gateway import Gateway
from tutelage.store.calls import Calls
from tutelage.store.database import Database
from tutelage.teachers.openai import OpenAI
from tutelage.teachers.teacher import Request, Teacher


@asynccontextmanager
async def door(
    folder: Path,
    teacher: Teacher,
    *,
    budget: dict[str, Any] | None = None,
    pace: dict[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[Gateway]:
    """A gateway on ``folder``/run.db with one teacher; ``budget`` and ``pace`` as in a recipe."""
    with closing(Database(folder / "run.db")) as database:
        gateway = Gateway(
            Calls(database),
            {"teacher": teacher},
            budget=Budget(**budget or {}),
            pace=PaceOptions.model_validate({"concurrency": 16} | (pace or {})),
            prices=options.pop("prices", {}),
            **options,
        )
        async with gateway:
            yield gateway


def model(url: str, **settings: Any) -> OpenAI:
    """The model behind a loopback server."""
    return OpenAI(model="loopback", base_url=url, **{"max_tokens": 64} | settings)


async def ask(gateway: Gateway, number: int, text: str = "Question {n}?") -> Reply:
    """The one call of item ``number``."""
    return await gateway.at("generate", f"item-{number}")([user(text.format(n=number))], turn="ask")


async def ask_all(gateway: Gateway, count: int, text: str = "Question {n}?") -> list[Reply | BaseException]:
    """The calls of ``count`` items, all at once; what went wrong in place of a reply."""
    asks = (ask(gateway, number, text) for number in range(count))
    return await asyncio.gather(*asks, return_exceptions=True)


def replies(outcomes: list[Reply | BaseException]) -> list[Reply]:
    """Those that were answered."""
    return [each for each in outcomes if isinstance(each, Reply)]


def errors(outcomes: list[Reply | BaseException]) -> list[BaseException]:
    """Those that were not."""
    return [each for each in outcomes if not isinstance(each, Reply)]


class Rehearsed(Teacher):
    """A teacher whose ``send`` is given: an async function of the request and its number, from 1."""

    kind = "rehearsed"
    act: Any
    most: int | None = 64

    def __init__(self, act: Any, **settings: Any) -> None:
        super().__init__(act=act, **settings)
        object.__setattr__(self, "sent", 0)

    name = property(lambda self: "rehearsed")
    identity = property(lambda self: "rehearsed")
    abilities = property(lambda self: Abilities())
    defaults = property(lambda self: Sampling(max_tokens=self.most))

    async def send(self, request: Request) -> Reply:
        object.__setattr__(self, "sent", self.sent + 1)
        return await self.act(request, self.sent)


def said(text: str = "An answer.", prompt: int = 10, completion: int = 5) -> Reply:
    """A plain reply."""
    return Reply(text, "stop", Usage(prompt, completion))
