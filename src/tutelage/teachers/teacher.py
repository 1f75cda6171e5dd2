"""The contract of a teacher: a model that answers requests. The gateway alone calls ``send``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutelage.asking import Abilities, Sampling
from tutelage.plugins import Kind
from tutelage.records import UNKNOWN_LICENCE, Message, Reply

Trouble = Literal[
    "rate",  # 429: slow down
    "overloaded",  # 503, 529: the server asks for patience
    "server",  # other 5xx
    "network",  # refused, reset, cut off
    "timeout",  # no answer in time
    "invalid",  # an answer that is not of the protocol
    "empty",  # an answer with nothing in it
    "adapt",  # a setting was refused; the teacher has learnt, ask again at once
    "bad_request",  # 400, 413, 422: this request will never be answered
    "auth",  # 401, 403: no request will be answered
    "missing",  # 404: no such model or path
]


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask: a conversation (``messages``), raw text (``prompt``), or a score (both of
    ``messages`` and ``answer``)."""

    sampling: Sampling
    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    answer: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able and stable: the part of a call's key that the request decides."""
        return {
            "messages": [message.as_dict() for message in self.messages],
            "prompt": self.prompt,
            "answer": self.answer,
            "sampling": self.sampling.as_dict(),
        }


class CallTrouble(Exception):
    """One attempt did not succeed. The gateway decides whether it deserves another.

    ``retry_after`` is in seconds where the server named a time; ``maybe_paid`` is true when the request
    may have been worked on (and billed) although no answer came back.
    """

    def __init__(
        self,
        trouble: Trouble,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        maybe_paid: bool = False,
    ) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.maybe_paid = maybe_paid


class Teacher(Kind, ABC):
    """A model that answers.

    Settings are the fields of the kind. ``open`` and ``close`` bracket a run and may be called more than
    once; ``send`` may be called from many tasks at once, up to ``slots`` where that is not ``None``.
    """

    licence: str = UNKNOWN_LICENCE

    @property
    @abstractmethod
    def name(self) -> str:
        """The model's name, for lineage, prices and cards."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """What the key of a call says of the teacher: two teachers with one identity share answers."""

    @property
    @abstractmethod
    def abilities(self) -> Abilities:
        """What it can do; a stage that needs more is refused before the run starts."""

    @property
    @abstractmethod
    def defaults(self) -> Sampling:
        """The sampling of this teacher's settings, under whatever a method asks for."""

    @property
    def slots(self) -> int | None:
        """How many requests it can work on at once, or ``None`` if that has to be found out."""
        return None

    async def open(self) -> None:
        """Make ready: connect, load."""

    async def close(self) -> None:
        """Let go of connections and memory."""

    @abstractmethod
    async def send(self, request: Request) -> Reply:
        """One attempt.

        Raises:
            CallTrouble: it did not succeed.
        """

    async def examine(self) -> Mapping[str, Any]:
        """What ``tutelage doctor`` shows beside its own trials: context size, server, model file."""
        return {}
