"""The turns of an example: every question with its answer, as the filters that read answers see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tutelage.records import Example, Finish


class Turn(NamedTuple):
    """A question and its answer; ``instruction`` is the question without its input; ``finish`` is why the
    answer ended, ``other`` where nobody knows; ``opens`` a conversation, or follows an answer."""

    question: str
    instruction: str
    answer: str
    finish: Finish
    opens: bool = True


def turns(example: Example) -> Iterator[Turn]:
    """Every question with its answer; a last question that nobody answered has an empty answer.

    An example knows why its last answer ended; of the earlier ones nobody knows.
    """
    asked = ""
    opens = True
    waiting: Turn | None = None  # an answer is known to be an earlier one when another message comes
    for message in example.messages:
        if waiting:
            yield waiting
            waiting, opens = None, False
        if message.role == "user":
            asked = message.content
        elif message.role == "assistant":
            waiting = Turn(asked, asked, message.content, "other", opens)
    answer = waiting.answer if waiting else ""
    yield Turn(asked, example.instruction, answer, example.finish, opens)
