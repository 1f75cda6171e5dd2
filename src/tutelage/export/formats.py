"""The rows that trainers read: one example in, one or more flat rows out.

    alpaca              instruction, input, output, system, history
    sharegpt            conversations: from / value, with human and gpt
    messages            messages: role / content
    prompt-completion   prompt, completion: lists of role / content; one row for each assistant turn

Columns are strings or uniform lists, never null, because readers guess types and nested mixed types do not
load everywhere. Every row carries the ``id`` of its example. No column has a name that a trainer would take
for something else (``RESERVED``), save those which mean exactly what the trainer makes of them.

``prompt-completion`` is *conversational*: TRL then renders both sides through the model's own chat
template, and computes the loss on the completion alone. Two plain strings would train the right tokens
too, but without the template that the model is later asked through. TRL leaves earlier assistant turns of
a prompt untrained, so a conversation is unrolled: row n has all before the n-th answer as its prompt and
that answer as its completion. So every assistant turn is trained exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutelage.errors import BadInput, nearest
from tutelage.records import Example, Message

Row = dict[str, Any]
Column = Literal["text", "pairs"] | tuple[str, str]
"""The type of a column: a string, a list of pairs of strings, or a list of objects with two string keys."""

RESERVED = frozenset(
    {
        *("prompt", "completion", "messages", "text", "tools", "images", "image", "videos", "audios"),
        *("chosen", "rejected", "label", "labels", "input_ids", "assistant_masks", "completion_mask"),
        *("chat_template_kwargs",),
    }
)
"""Names that some trainer gives a meaning; never to be used for anything else."""


@dataclass(frozen=True, slots=True)
class Format:
    """One layout of rows. ``columns`` are all names and types, in order; ``purpose`` says who reads it."""

    name: str
    columns: Mapping[str, Column]
    purpose: str
    make: Callable[[Example], Iterator[Row]]

    def rows(self, example: Example) -> list[Row]:
        """The rows of ``example``, in the order of its turns.

        Raises:
            BadInput: no format can carry this conversation (see :func:`objection`).
        """
        reason = objection(example)
        if reason is not None:
            code, detail = reason
            raise BadInput(
                f"example '{example.id}' cannot be exported as {self.name}: {detail} ({code})",
                remedy="leave it out, or mend its messages",
            )
        return list(self.make(example))


def objection(example: Example) -> tuple[str, str] | None:
    """Why no format can carry ``example``, as a reason code and a sentence; ``None`` if all can.

    LLaMA-Factory skips a conversation that does not alternate and end with an answer, torchtune refuses it,
    TRL continues a last turn that is open: so it is found here and named, not lost there.
    """
    if any(message.images for message in example.messages):
        return "images", "it has images, and these formats carry text alone"
    roles = [message.role for message in example.messages]
    turns = roles[1:] if roles[:1] == ["system"] else roles
    wanted = ["user" if index % 2 == 0 else "assistant" for index in range(len(turns))]
    if not turns or len(turns) % 2 or turns != wanted:
        told = " → ".join(roles[:8]) + (" → …" if len(roles) > 8 else "") or "no messages"
        return "turns", (
            "its turns must be user and assistant in alternation after at most one system message, "
            f"and end with the assistant; they are {told}"
        )
    return None


def _exchanges(example: Example) -> list[tuple[str, str]]:
    """Question and answer of each exchange, without the system message."""
    turns = [message.content for message in example.messages if message.role != "system"]
    return list(zip(turns[0::2], turns[1::2], strict=True))


def _instruction_and_input(example: Example, question: str) -> tuple[str, str]:
    """The last question in two parts if the example knows them and they really make up the question.

    LLaMA-Factory joins the two by one newline and skips an empty part, so a split with an empty
    instruction would not come back as it was.
    """
    joined = f"{example.instruction}\n{example.input}"
    if example.instruction and example.input and joined == question:
        return example.instruction, example.input
    return question, ""


def _alpaca(example: Example) -> Iterator[Row]:
    *earlier, (question, answer) = _exchanges(example)
    instruction, extra = _instruction_and_input(example, question)
    yield {
        "id": example.id,
        "instruction": instruction,
        "input": extra,
        "output": answer,
        "system": example.system,
        "history": [[asked, answered] for asked, answered in earlier],
    }


_SHAREGPT_NAMES = {"system": "system", "user": "human", "assistant": "gpt"}


def _sharegpt(example: Example) -> Iterator[Row]:
    turns = [
        {"from": _SHAREGPT_NAMES[message.role], "value": message.content} for message in example.messages
    ]
    yield {"id": example.id, "conversations": turns}


def _turn_dicts(messages: Iterable[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _messages(example: Example) -> Iterator[Row]:
    yield {"id": example.id, "messages": _turn_dicts(example.messages)}


def _prompt_completion(example: Example) -> Iterator[Row]:
    answered = [index for index, message in enumerate(example.messages) if message.role == "assistant"]
    for number, index in enumerate(answered, start=1):
        yield {
            "id": example.id,
            "turn": str(number),
            "prompt": _turn_dicts(example.messages[:index]),
            "completion": _turn_dicts(example.messages[index : index + 1]),
        }


_CHAT: Column = ("role", "content")

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format(
            "prompt-completion",
            {"id": "text", "turn": "text", "prompt": _CHAT, "completion": _CHAT},
            "TRL: loss on the answers only",
            _prompt_completion,
        ),
        Format(
            "messages",
            {"id": "text", "messages": _CHAT},
            "axolotl, LLaMA-Factory; TRL would train on every turn",
            _messages,
        ),
        Format(
            "alpaca",
            {
                **dict.fromkeys(("id", "instruction", "input", "output", "system"), "text"),
                "history": "pairs",
            },
            "LLaMA-Factory, and whatever reads Alpaca",
            _alpaca,
        ),
        Format(
            "sharegpt",
            {"id": "text", "conversations": ("from", "value")},
            "LLaMA-Factory, axolotl, torchtune",
            _sharegpt,
        ),
    )
}
"""Every format by name. The first one that an export has is the default configuration of its card."""


def format_named(name: str) -> Format:
    """The format called ``name``.

    Raises:
        BadInput: there is none; the nearest name is offered.
    """
    if name not in FORMATS:
        raise BadInput(f"there is no export format '{name}'", remedy=nearest(name, FORMATS))
    return FORMATS[name]
