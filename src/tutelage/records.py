"""What travels: messages and calls out to a model and back, items and examples from a method to an export.

Everything here is frozen, so that a stage can hand it on without a copy, and small, so that it can be
read at a glance. Identity is always a name made by :func:`digest`, never a row number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "filter", "other"]
Cell = Mapping[str, str]

UNKNOWN_LICENCE = "unknown"


# json.dumps would make an encoder for every value; this is on the path of every call.
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def canonical(value: Any) -> str:
    """``value`` as JSON with sorted keys and no spare space: equal values give equal text."""
    return _encode(value)


def digest(*parts: Any) -> str:
    """A name of 32 hex digits (BLAKE2b, 128 bits) for JSON-able ``parts``."""
    text = canonical(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. ``images`` are paths or URLs, in the order of their markers in ``content``."""

    role: Role
    content: str
    images: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The wire shape: ``role``, ``content``, and ``images`` only where there are any."""
        plain: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.images:
            plain["images"] = list(self.images)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Message:
        """The inverse of :meth:`as_dict`."""
        return cls(plain["role"], plain["content"], tuple(plain.get("images", ())))


def system(content: str) -> Message:
    """A system message."""
    return Message("system", content)


def user(content: str) -> Message:
    """A user message."""
    return Message("user", content)


def assistant(content: str) -> Message:
    """An assistant message."""
    return Message("assistant", content)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. ``thinking`` is the part of ``completion`` that was not shown as an answer."""

    prompt: int = 0
    completion: int = 0
    thinking: int = 0

    @property
    def total(self) -> int:
        """Prompt and completion together."""
        return self.prompt + self.completion

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.thinking + other.thinking,
        )


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """One generated token, its natural-log probability, and the runners-up at the same position."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a teacher answered. ``thinking`` is kept apart from ``text``; ``others`` holds samples 2..n."""

    text: str
    finish: Finish = "stop"
    usage: Usage = Usage()
    thinking: str = ""
    others: tuple[str, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    score: float | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One unit of planned work.

    ``id`` is the digest of method, cell, payload and occurrence, so an item keeps its name wherever it
    stands in a plan. ``payload`` is JSON-able and holds all that :meth:`Method.write` needs.
    """

    id: str
    method: str
    cell: Cell
    payload: Mapping[str, Any]
    occurrence: int = 0

    @classmethod
    def make(cls, method: str, cell: Cell, payload: Mapping[str, Any], occurrence: int = 0) -> Item:
        """An item with its proper id."""
        return cls(digest(method, cell, payload, occurrence), method, cell, payload, occurrence)


@dataclass(frozen=True, slots=True)
class Example:
    """One training row.

    ``messages`` is the whole truth. ``instruction`` and ``input`` are the two parts of the last user turn
    where a method knows them apart (joined by one newline in the message, as LLaMA-Factory joins them).
    ``lineage`` is JSON-able: parents, seeds, prompt fingerprints, whatever explains where the row is from.
    """

    id: str
    messages: tuple[Message, ...]
    instruction: str
    input: str = ""
    cell: Cell = field(default_factory=dict)
    method: str = ""
    item: str = ""
    teacher: str = ""
    licence: str = UNKNOWN_LICENCE
    finish: Finish = "stop"
    lineage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """What tells this example from others: its instruction; in a conversation all questions, one after
        the other, because a last question ("And in winter?") may be anybody's."""
        questions = [message.content for message in self.messages if message.role == "user"]
        return "\n".join(questions) if len(questions) > 1 else self.instruction

    @property
    def output(self) -> str:
        """The last assistant turn, or an empty string."""
        for message in reversed(self.messages):
            if message.role == "assistant":
                return message.content
        return ""

    @property
    def system(self) -> str:
        """The system prompt, or an empty string."""
        first = self.messages[0] if self.messages else None
        return first.content if first and first.role == "system" else ""

    @classmethod
    def single_turn(
        cls,
        instruction: str,
        output: str,
        *,
        id: str,
        input: str = "",
        system: str = "",
        **rest: Any,
    ) -> Example:
        """One question and its answer as an example; ``rest`` are further fields by name."""
        turns = [Message("system", system)] if system else []
        turns.append(Message("user", f"{instruction}\n{input}" if input else instruction))
        turns.append(Message("assistant", output))
        return cls(id, tuple(turns), instruction, input, **rest)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields, messages as dictionaries."""
        return {
            "id": self.id,
            "messages": [message.as_dict() for message in self.messages],
            "instruction": self.instruction,
            "input": self.input,
            "cell": dict(self.cell),
            "method": self.method,
            "item": self.item,
            "teacher": self.teacher,
            "licence": self.licence,
            "finish": self.finish,
            "lineage": dict(self.lineage),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Example:
        """The inverse of :meth:`as_dict`."""
        fields = dict(plain)
        messages = tuple(Message.from_dict(message) for message in fields.pop("messages"))
        return cls(messages=messages, **fields)


@dataclass(frozen=True, slots=True)
class Rejection:
    """What was not kept, and why.

    ``reason`` is ``stage:code`` (``parse:no_answer``, ``novelty:too_similar``, ``call:bad_request``);
    ``text`` is the raw text that was refused; ``detail`` says more for a person.
    """

    reason: str
    text: str
    detail: str = ""
    item: str = ""
    example: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A filter's decision on one example.

    ``reason`` is a code without the filter's name; ``score`` is the figure it was decided by and
    ``witness`` the id of the example that condemned it, where there is one.
    """

    keep: bool
    reason: str = ""
    score: float | None = None
    detail: str = ""
    witness: str = ""


KEPT = Verdict(True)


def conversation(messages: Sequence[Message]) -> str:
    """Messages as plain text for a person: a role and a colon before each turn."""
    return "\n\n".join(f"{message.role}: {message.content}" for message in messages)
