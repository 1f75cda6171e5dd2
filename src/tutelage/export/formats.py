"""The rows that trainers read: one example in, one or more flat rows out.

    alpaca              instruction, input, output, system, history
    sharegpt            conversations: from / value, with human and gpt
    messages            messages: role / content
    prompt-completion   prompt, completion: lists of role / content; one row for each assistant turn
    llava               image, conversations: from / value, the marker <image> first; one image a row
    choices             question: role / content, options, answer (its number), category; not for training

Columns are strings or uniform lists, never null, because readers guess types and nested mixed types do not
load everywhere. Every row carries the ``id`` of its example. No column has a name that a trainer would take
for something else (``RESERVED``), save those which mean exactly what the trainer makes of them.

``prompt-completion`` is *conversational*: TRL then renders both sides through the model's own chat
template, and computes the loss on the completion alone. Two plain strings would train the right tokens
too, but without the template that the model is later asked through. TRL leaves earlier assistant turns of
a prompt untrained, so a conversation is unrolled: row n has all before the n-th answer as its prompt and
that answer as its completion. So every assistant turn is trained exactly once.

The first four carry text alone and refuse an example with images, for a marker without its picture teaches
nonsense. ``llava`` carries examples with one image and refuses the others: its reader opens ``image``
wherever the key stands, and a row without it would have other columns than the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutelage.errors import BadInput, nearest
from tutelage.export.options import options_objection, options_row
from tutelage.records import Example, Message

Row = dict[str, Any]
Column = Literal["text", "texts", "number", "pairs"] | tuple[str, str]
"""The type of a column: a string, a list of strings, a whole number, a list of pairs of strings, or a list of
objects with two string keys."""

IMAGE = "<image>"
"""The marker of an image in a turn's text."""

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
    has_image: bool = False
    has_options: bool = False

    @property
    def by_name(self) -> bool:
        """Whether it is written only where it is named, because few examples fit it."""
        return self.has_image or self.has_options

    def rows(self, example: Example) -> list[Row]:
        """The rows of ``example``, in the order of its turns.

        Raises:
            BadInput: this format cannot carry the conversation (see :meth:`objection`).
        """
        reason = self.objection(example)
        if reason is not None:
            code, detail = reason
            raise BadInput(
                f"example '{example.id}' cannot be exported as {self.name}: {detail} ({code})",
                remedy="leave it out, or mend its messages",
            )
        return list(self.make(example))

    def objection(self, example: Example) -> tuple[str, str] | None:
        """Why this format cannot carry ``example``, as a reason code and a sentence; ``None`` if it can."""
        if self.has_image:
            return image_objection(example) or turns_objection(example)
        if any(message.images for message in example.messages):
            return "images", f"it has images, and {self.name} carries text alone (llava carries one image)"
        return turns_objection(example) or (options_objection(example) if self.has_options else None)


def turns_objection(example: Example) -> tuple[str, str] | None:
    """Why no format can carry the turns of ``example``, as a reason code and a sentence; ``None`` if all can.

    LLaMA-Factory skips a conversation that does not alternate and end with an answer, torchtune refuses it,
    TRL continues a last turn that is open: so it is found here and named, not lost there.
    """
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


def image_objection(example: Example) -> tuple[str, str] | None:
    """Why ``llava`` cannot carry the image of ``example``; its reader knows one, in the first question."""
    places = [number for number, message in enumerate(example.messages) for _ in message.images]
    if len(places) != 1:
        return "image_count", f"it has {len(places)} images, and a row of this format has exactly one"
    if example.messages[0].role == "system":
        return "system", "it has a system message, which a conversation of this format cannot hold"
    markers = [message.content.count(IMAGE) for message in example.messages]
    if places != [0] or sum(markers) != 1 or markers[0] != 1:
        return "image_marker", f"its image and one marker {IMAGE} must stand in the first question"
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


def _llava(example: Example) -> Iterator[Row]:
    """The marker and a line's end lead the first question, wherever in it the marker stood."""
    first = example.messages[0]
    question = first.content.replace(f"{IMAGE}\n", "", 1).replace(f"\n{IMAGE}", "", 1).replace(IMAGE, "", 1)
    turns = [Message("user", f"{IMAGE}\n{question}"), *example.messages[1:]]
    (row,) = _sharegpt(Example(example.id, tuple(turns), ""))
    yield {"id": row["id"], "image": first.images[0], "conversations": row["conversations"]}


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


def _choices(example: Example) -> Iterator[Row]:
    yield options_row(example)


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
        Format(
            "llava",
            {"id": "text", "image": "text", "conversations": ("from", "value")},
            "LLaVA; the images themselves are not here",
            _llava,
            has_image=True,
        ),
        Format(
            "choices",
            {"id": "text", "question": _CHAT, "options": "texts", "answer": "number", "category": "text"},
            "tutelage evaluate: options ranked by likelihood",
            _choices,
            has_options=True,
        ),
    )
}
"""Every format by name. The first one that an export has is the default configuration of its card."""

TEXT_FORMATS = tuple(name for name, each in FORMATS.items() if not each.by_name)
"""What ``all`` stands for, and what is written where nothing is said; the others have to be named."""


def objection(example: Example, names: Iterable[str] = TEXT_FORMATS) -> tuple[str, str] | None:
    """Why none of the formats ``names`` can carry ``example``: the first one's reason, as a code and a
    sentence; ``None`` if any can."""
    reasons = [FORMATS[name].objection(example) for name in names]
    return reasons[0] if reasons and all(reasons) else None


def format_named(name: str) -> Format:
    """The format called ``name``.

    Raises:
        BadInput: there is none; the nearest name is offered.
    """
    if name not in FORMATS:
        raise BadInput(f"there is no export format '{name}'", remedy=nearest(name, FORMATS))
    return FORMATS[name]
