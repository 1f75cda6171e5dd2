"""Dialogues: what the methods with several turns have in common.

way: alternate     the assistant answers a normal chat; the person is another conversation in which the roles
                   are swapped, with a system prompt of its own: it never sees the assistant's (``system``)
way: transcript    one call writes the whole dialogue under the labels of two speakers

An item's payload holds the ``topic``, the first ``question`` (empty: the person thinks of one), ``rounds``.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.methods.dialogues.alternation import Alternation, Person, Talk
from tutelage.methods.dialogues.spoken import Shown
from tutelage.methods.prompted import Prompted, Session
from tutelage.novelty import Index
from tutelage.records import Cell, Example, Item, Rejection, Reply, conversation, digest, system, user
from tutelage.replies import Unreadable, exchanges, transcript

_SAME_OPENING = 0.6  # ROUGE-L F1 of the first message with the one that was asked for
_SAME = 0.9  # … of two messages of the person: nothing new is asked


class Dialogues(Prompted, ABC):
    """Settings of dialogues, and how one is written; a method says what they are about."""

    wording: ClassVar[str] = "dialogue"

    way: Literal["alternate", "transcript"] = "alternate"
    person: Person = "swapped"
    """Of ``alternate``: ``swapped`` plays the person throughout, ``asked`` asks for one question at a time
    (for weak models)."""
    rounds: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] = (2, 4)
    """Fewest and most exchanges of a dialogue; each draws its own number. One number stands for both."""
    least_rounds: Annotated[int, Field(ge=1)] = 2
    """A dialogue that ends with fewer complete exchanges is refused (fewer, where it was to have fewer)."""

    @field_validator("rounds", mode="before")
    @classmethod
    def _one_number(cls, value: Any) -> Any:
        return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _in_order(self) -> Dialogues:
        fewest, most = self.rounds
        if fewest > most:
            raise BadInput(
                f"a dialogue cannot have {fewest} to {most} exchanges",
                where="rounds",
                remedy=f"write [{most}, {fewest}]",
            )
        return self

    def item(self, seed: int, cell: Cell, topic: str, question: str = "", occurrence: int = 0) -> Item:
        """One dialogue to be written, with its number of exchanges."""
        chance = draw(seed, f"dialogue/rounds/{digest(topic, question, occurrence)}")
        payload = {"topic": topic, "question": question, "rounds": chance.randint(*self.rounds)}
        return Item.make(self.kind, cell, payload, occurrence)

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """The dialogue of the item. One that breaks off late enough is kept up to there, and what broke it
        off is a rejection beside it."""
        if self.way == "transcript":
            talk = await _written_at_once(self, session)
        else:
            talk = await Alternation(session, self.person).carry_out()
        opening = (system(self.system),) if self.system else ()
        messages = (*opening, *talk.messages)
        results: list[Example | Rejection] = []
        enough = len(talk.exchanges) >= least(self, session.item)
        if enough:
            topic = session.item.payload["topic"]
            told = {"topic": topic, "way": self.way, "ended": talk.ended}
            results.append(session.dialogue(messages, finish=talk.finish, **told))
        if talk.broken:
            whole = conversation([*messages, *talk.broken])
            results.append(session.rejection(f"parse:{talk.ended}", whole, talk.detail))
        elif not enough:
            said = f"ended after {len(talk.exchanges)} exchanges: {talk.ended}"
            results.append(session.rejection("parse:too_few_rounds", conversation(messages), said))
        return results


def least(method: Dialogues, item: Item) -> int:
    """How many exchanges the dialogue of ``item`` needs."""
    rounds: int = item.payload["rounds"]
    return min(method.least_rounds, rounds)


def planned_first(items: Iterable[Item], planned: Sequence[Item]) -> Iterator[Item]:
    """``items``, of which those that were planned before come first and in that order."""
    possible = {item.id: item for item in items}
    for item in planned:
        if possible.pop(item.id, None):
            yield item
    yield from possible.values()


# --- one call ----------------------------------------------------------------------------------------


async def _written_at_once(method: Dialogues, session: Session) -> Talk:
    payload = session.item.payload
    slots = {**payload, "system": method.system}
    # Its own system prompt, so that the assistant's does not stand before the whole.
    asked = [system(session.word("writer")), user(session.word("transcript", **slots))]
    blank = {"topic": "…", "question": "…", "system": "", "rounds": payload["rounds"]}
    shown = Shown([asked[0].content, session.word("transcript", **blank)])

    def parse(reply: Reply) -> Talk:
        found = exchanges(transcript(reply.text), cut_off=reply.finish == "length")
        found, ended = _until_repeated(found)
        if len(found) < least(method, session.item):
            raise Unreadable("too_few_rounds", f"{len(found)} complete exchanges, {ended}")
        for exchange in found:
            for text in exchange:
                shown.refuse(text)
        if payload["question"]:
            found[0] = (_opening(found[0][0], payload["question"]), found[0][1])
        ended = "cut_off" if reply.finish == "length" else ended
        return Talk(tuple(found), ended, finish="other" if reply.finish == "other" else "stop")

    return (await session.read(asked, "transcript", parse)).value


def _until_repeated(found: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str]], str]:
    """The exchanges before the first in which the person says the same again, and how the dialogue ended."""
    said = Index(_SAME)
    for number, (asked, _) in enumerate(found):
        if said.comparable(asked):
            if said.find(asked):
                return list(found[:number]), "repeat"
            said.add(str(number), asked)
    return list(found), "written"


def _opening(said: str, wanted: str) -> str:
    """``wanted``, the message that was to begin the dialogue, where ``said`` is near enough to it.

    Raises:
        Unreadable: ``other_opening``.
    """
    near = Index(_SAME_OPENING, strict=False)
    if not near.comparable(wanted) or not near.comparable(said):
        return wanted
    near.add("wanted", wanted)
    if not near.find(said):
        raise Unreadable("other_opening", f"the dialogue begins with {said[:80]!r}")
    return wanted
