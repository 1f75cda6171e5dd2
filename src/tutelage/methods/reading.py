"""Asking for a reply of a given form, and once more, with what was wrong, when it has another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tutelage.asking import Ask, Sampling
from tutelage.records import Message, Rejection, Reply, assistant, user
from tutelage.replies import Unreadable
from tutelage.text import normalise

T = TypeVar("T")

_SHORT = 40  # characters; what is asked in so few may well stand in an answer


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What was read, the reply it was read from, the turns it took, and the conversation up to the reply.

    The conversation holds the reply that could be read, not those that could not.
    """

    value: T
    reply: Reply
    turns: tuple[str, ...]
    messages: tuple[Message, ...]


class NotRead(Exception):
    """No reply could be read. Holds what the last one was and why it was refused."""

    def __init__(self, reason: str, text: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.detail = detail

    def rejection(self, item: str) -> Rejection:
        """The refusal of an item, with the raw text."""
        return Rejection(f"parse:{self.reason}", self.text, self.detail, item)


async def read(
    ask: Ask,
    messages: Sequence[Message],
    *,
    turn: str,
    parse: Callable[[Reply], T],
    again: Callable[[str], str],
    retries: int = 1,
    sampling: Sampling = Sampling(),
) -> Read[T]:
    """Ask until ``parse`` (which may raise ``Unreadable``) accepts a reply, at most ``1 + retries`` times.

    Turns are called ``turn``, ``turn-2``, and so on; ``again`` words the request to try again for a reason.

    Raises:
        NotRead: the last reply was not readable either.
        CallFailed: a call could not be answered.
    """
    asked = tuple(messages)
    turns: list[str] = []
    while True:
        turns.append(turn if not turns else f"{turn}-{len(turns) + 1}")
        reply = await ask(asked, turn=turns[-1], sampling=sampling)
        try:
            if _repeats(reply.text, asked[-1].content):
                raise Unreadable("echo", "the reply says again what was asked")
            value = parse(reply)
        except Unreadable as error:
            if len(turns) > retries:
                raise NotRead(error.reason, reply.text, error.detail) from error
            asked = (*messages, assistant(reply.text), user(again(error.reason)))
        else:
            return Read(value, reply, tuple(turns), (*messages, assistant(reply.text)))


def _repeats(reply: str, asked: str) -> bool:
    """Whether a reply holds all that was asked: a weak model may say it again instead of answering."""
    said = normalise(asked)
    return len(said) > _SHORT and said in normalise(reply)


async def gathered(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results in order; when one piece fails, the others are cancelled before its error goes on."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
