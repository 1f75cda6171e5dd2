"""A judge for tests: replies to rubrics by a function of the answer that stands in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tutelage.asking import Abilities, Sampling
from tutelage.records import Message, Reply

CRITERIA = ("correct", "complete", "obedient", "clear", "specific")


def grades(score: float, rationale: str = "It is short.", **others: float) -> str:
    """A reply with ``score`` for every criterion but ``others``."""
    scores = dict.fromkeys(CRITERIA, score) | others
    return json.dumps({"rationale": rationale, "scores": scores})


def answer_in(text: str) -> str:
    """The answer that a rubric quotes."""
    found = re.search(r"<(answer|回答)>\n(.*?)\n</\1>", text, re.DOTALL)
    return found[2] if found else ""


@dataclass
class Judge:
    """An ask that replies with ``reply(text of the last message, turn)`` and notes what it was asked."""

    reply: Callable[[str, str], str]
    abilities: Abilities = field(default_factory=Abilities)
    name: str = "judge-1"
    asked: list[tuple[str, tuple[Message, ...], Sampling]] = field(default_factory=list)

    @property
    def turns(self) -> list[str]:
        return [turn for turn, _, _ in self.asked]

    async def __call__(
        self, messages: Sequence[Message], *, turn: str, sampling: Sampling = Sampling()
    ) -> Reply:
        self.asked.append((turn, tuple(messages), sampling))
        return Reply(self.reply(messages[-1].content, turn))

    async def raw(self, prompt: str, *, turn: str, sampling: Sampling = Sampling()) -> Reply:
        raise AssertionError("nobody completes raw text here")

    async def score(self, messages: Sequence[Message], answer: str, *, turn: str) -> float:
        raise AssertionError("nobody scores here")
