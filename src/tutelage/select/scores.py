"""Scores of quality and complexity, one a turn: the file's own, or rough stand-ins.

DEITA's scorers are LLaMA models tuned on ratings by ChatGPT. They are not shipped. The stand-ins count: a
question is taken for complex when it says many different things, an answer for good when it does, does not
repeat itself, and was not cut off. They order rows a little better than length; they are no judges.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.text import ngrams, unicode_tokens

_ENDINGS = tuple(".!?:;)]}>\"'`*|。！？…」』”’）】")


def turns(example: Example) -> Iterator[tuple[str, str]]:
    """Question and answer of every turn; an answer without a question has an empty one."""
    asked = ""
    for message in example.messages:
        if message.role == "user":
            asked = message.content
        elif message.role == "assistant":
            yield asked, message.content
            asked = ""


def rough_complexity(question: str) -> float:
    """Bits needed to number the different word pairs of ``question``, plus 1: from 1 upwards."""
    return 1 + math.log2(1 + _pairs(question)[0])


def rough_quality(answer: str) -> float:
    """The same bits for ``answer``, times the share of its pairs that are new, halved where it breaks off."""
    different, total = _pairs(answer)
    if not total:
        return 0.0
    whole = answer.rstrip().endswith(_ENDINGS)
    return math.log2(1 + different) * different / total * (1.0 if whole else 0.5)


def _pairs(text: str) -> tuple[int, int]:
    """How many different pairs of neighbouring words there are, and how many pairs; one word is a pair."""
    tokens = unicode_tokens(text)
    pairs = list(ngrams(tokens, 2)) or [(token, "") for token in tokens]
    return len(set(pairs)), len(pairs)


def given(example: Example, field: str) -> list[float] | None:
    """The scores under ``field`` of the lineage, one a turn; ``None`` where there are none.

    One number stands for every turn.

    Raises:
        BadInput: no number, or another number of them than turns.
    """
    value: Any = example.lineage.get(field)
    if value is None:
        return None
    wanted = sum(1 for _ in turns(example))
    numbers = list(value) if isinstance(value, (list, tuple)) else [value] * wanted
    if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in numbers):
        raise BadInput(
            f"'{field}' must be a number, or one number a turn, but it is {value!r}",
            where=f"row {example.id}",
            remedy="write it as a number, or leave it out",
        )
    if len(numbers) != wanted:
        raise BadInput(
            f"'{field}' has {len(numbers)} numbers for {wanted} turns",
            where=f"row {example.id}",
            remedy="write one number for the row, or one for every answer",
        )
    if not all(map(math.isfinite, numbers)):
        raise BadInput(f"'{field}' is not a finite number: {value!r}", where=f"row {example.id}")
    return [float(each) for each in numbers]
