"""The Ask contract: how methods, filters and benches reach a model without knowing who answers.

    desk.at("generate", item.id)      →  ask          bound to a stage, an item and a role
    await ask(messages, turn="draft") →  Reply        the place of the call is stage / item / turn

The gateway in ``runs`` is the only implementation that sends anything; tests may write their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Protocol

from tutelage.records import Message, Reply

TeacherRole = Literal["teacher", "judge", "student"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample. ``None`` means "not said": the teacher's own setting, then the server's, holds.

    ``max_tokens`` bounds the completion, thinking included. ``schema`` is a JSON schema for the reply,
    ``logprobs`` the number of runners-up wanted per token, ``extra`` further body fields for the server.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    n: int = 1
    logprobs: int | None = None
    schema: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def over(self, below: Sampling) -> Sampling:
        """These settings, with those of ``below`` wherever these are silent."""
        silent: dict[str, Any] = {}
        for name in _NAMES:
            mine, other = getattr(self, name), getattr(below, name)
            if mine != other and (mine in (None, (), {}) or (name == "n" and mine == 1)):
                silent[name] = other
        return replace(self, **silent) if silent else self

    def as_dict(self) -> dict[str, Any]:
        """The settings by name."""
        return {name: getattr(self, name) for name in _NAMES}


_NAMES = tuple(each.name for each in fields(Sampling))


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a teacher can do. ``images`` means that it reads pictures."""

    chat: bool = True
    raw: bool = False
    score: bool = False
    logprobs: bool = False
    schema: bool = False
    images: bool = False


class Score(float):
    """A log-likelihood in nats, summed over tokens; ``tokens`` is how many those were, 0 where not told."""

    tokens: int

    def __new__(cls, value: float, tokens: int = 0) -> Score:
        """The figure, with its number of tokens."""
        made = super().__new__(cls, value)
        made.tokens = tokens
        return made


class Ask(Protocol):
    """Asks one model on behalf of one item.

    Every ``turn`` of an item is asked once; asking the same again is answered from the store. All three
    raise :class:`~tutelage.errors.CallFailed` when this call cannot be answered.
    """

    @property
    def abilities(self) -> Abilities:
        """What the model behind this can do."""
        ...

    @property
    def name(self) -> str:
        """The model's name, for lineage and cards."""
        ...

    async def __call__(
        self, messages: Sequence[Message], *, turn: str, sampling: Sampling = Sampling()
    ) -> Reply:
        """Send a conversation and return the reply."""
        ...

    async def raw(self, prompt: str, *, turn: str, sampling: Sampling = Sampling()) -> Reply:
        """Complete raw text, with no chat template."""
        ...

    async def score(self, messages: Sequence[Message], answer: str, *, turn: str) -> float:
        """The log-likelihood (nats, summed over tokens) of ``answer`` after ``messages``; a :class:`Score`
        where the number of tokens is known."""
        ...


class Desk(Protocol):
    """Hands out asks."""

    def at(self, stage: str, item: str, role: TeacherRole = "teacher") -> Ask:
        """An ask for one item of one stage, answered by the model that plays ``role``."""
        ...
