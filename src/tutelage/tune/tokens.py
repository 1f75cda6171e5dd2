"""Examples become tokens, with a label for each: the answers and their end tokens are trained, nothing else.

Each piece of the template is tokenised on its own. So the tokens before an answer are exactly those that the
student is given when it serves, and no merge across the seam can hide the first letters of an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.template.template import Refusal, Template

UNTRAINED = -100  # the label that torch's losses pass over

Reason = Literal[
    "over_length", "truncated", "prompt_over_length", "no_answer", "refused", "images", "held_out_copy"
]


@dataclass(frozen=True, slots=True)
class Row:
    """One example as tokens. ``labels`` repeat ``input_ids`` where a token is trained, else hold -100."""

    id: str
    input_ids: tuple[int, ...]
    labels: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.input_ids)

    @property
    def trained(self) -> int:
        """Tokens that give a loss: the first of a row has nothing before it to be predicted from."""
        return sum(label != UNTRAINED for label in self.labels[1:])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An example that is not trained on, or not whole, and why.

    ``tokens`` is its length, ``kept`` how many of them are trained on all the same (``truncated``);
    ``detail`` says more for a person.
    """

    id: str
    reason: Reason
    tokens: int = 0
    kept: int = 0
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {name: getattr(self, name) for name in ("id", "reason", "tokens", "kept", "detail")}


def tokenise(
    examples: Iterable[Example],
    template: Template,
    tokenizer: Any,
    *,
    max_length: int,
    over_length: Literal["drop", "truncate"] = "drop",
) -> tuple[list[Row], list[LeftOut]]:
    """The rows of ``examples`` in their order, and what was left out or cut.

    A row over ``max_length`` tokens is dropped, or cut at its end if something trained is left then.
    """
    rows: list[Row] = []
    left_out: list[LeftOut] = []
    for example in examples:
        row, note = _read(example, template, tokenizer)
        if row is not None and len(row) > max_length:
            row, note = _shortened(row, max_length, over_length)
        if row is not None:
            rows.append(row)
        if note is not None:
            left_out.append(note)
    return rows, left_out


def _read(example: Example, template: Template, tokenizer: Any) -> tuple[Row | None, LeftOut | None]:
    """The row of an example, or why there is none."""
    if any(message.images for message in example.messages):
        return None, LeftOut(example.id, "images", detail="the student reads text alone")
    try:
        row = row_of(example, template, tokenizer)
    except Refusal as refusal:
        return None, LeftOut(example.id, "refused", detail=refusal.what)
    if not row.trained or not any(
        message.role == "assistant" and message.content.strip() for message in example.messages
    ):
        return None, LeftOut(example.id, "no_answer", len(row), detail="it has no answer to train on")
    return row, None


def row_of(example: Example, template: Template, tokenizer: Any) -> Row:
    """The tokens of one example, of whatever length.

    Raises:
        Refusal: the template refuses the conversation.
        BadInput: the template trains on another text than it serves.
    """
    ids: list[int] = []
    labels: list[int] = []
    for piece in template.pieces(example.messages):
        tokens = tokenizer(piece.text, add_special_tokens=False)["input_ids"]
        ids += tokens
        labels += tokens if piece.trained else [UNTRAINED] * len(tokens)
    return Row(example.id, tuple(ids), tuple(labels))


def _shortened(row: Row, max_length: int, over_length: str) -> tuple[Row | None, LeftOut]:
    """The row cut to ``max_length``, and the note that tells what became of it."""
    if over_length == "drop":
        return None, LeftOut(row.id, "over_length", len(row), detail=f"more than {max_length} tokens")
    cut = Row(row.id, row.input_ids[:max_length], row.labels[:max_length])
    if not cut.trained:
        detail = f"what comes before the answer fills {max_length} tokens"
        return None, LeftOut(row.id, "prompt_over_length", len(row), detail=detail)
    return cut, LeftOut(row.id, "truncated", len(row), len(cut), detail="cut at the end of the row")


def none_left(examples: int, left_out: Sequence[LeftOut], max_length: int) -> BadInput:
    """The error for a dataset of which nothing can be trained on; counts the reasons."""
    counts = Counter(each.reason for each in left_out)
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items())) or "none was given"
    longest = max((each.tokens for each in left_out), default=0)
    return BadInput(
        f"no example is left to train on: {examples} examples, of which {told}",
        where=f"tune.max_length {max_length}; the longest example has {longest} tokens",
        remedy="raise max_length, or write over_length: truncate, or give examples with answers",
    )


def show_masks(rows: Iterable[Row], tokenizer: Any) -> str:
    """The tokens of ``rows`` for a person, trained ones in brackets: plain text that needs no colour.

    One line of a row is one line of its text; ``[…]`` encloses a stretch that is trained, and after each row
    stand its counts.
    """
    return "\n\n".join(_shown(row, tokenizer) for row in rows)


def _shown(row: Row, tokenizer: Any) -> str:
    parts: list[str] = []
    start = 0
    while start < len(row):
        trained = row.labels[start] != UNTRAINED
        end = start
        while end < len(row) and (row.labels[end] != UNTRAINED) == trained:
            end += 1
        tokens = "|".join(_decoded(tokenizer, row.input_ids[start:end]))
        parts.append(f"[[{tokens}]]" if trained else tokens)
        start = end
    total = sum(label != UNTRAINED for label in row.labels)
    return f"row {row.id}: {len(row)} tokens (with | between), {total} trained (in [[…]])\n" + "".join(parts)


def _decoded(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """One text a token. Letters spread over several tokens (Chinese in bytes) stand with the last of them."""
    texts: list[str] = []
    waiting: list[int] = []
    for number in ids:
        waiting.append(number)
        text = tokenizer.decode(waiting, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        if "�" in text and len(waiting) < 4:
            continue
        texts.append(text)
        waiting = []
    if waiting:
        texts.append(tokenizer.decode(waiting, skip_special_tokens=False, clean_up_tokenization_spaces=False))
    return texts
