"""Magpie: an aligned model writes what a user would have asked it, from nothing but its own chat template.

Xu et al., "Magpie: Alignment Data Synthesis from Scratch by Prompting Aligned LLMs with Nothing", ICLR 2025
(arXiv:2406.08464). For every item:

    raw template up to the user's slot → the model completes the user's turn → it answers that turn

Departures from the released program: a question does not end at its first newline, because a question with
code or a table has many; one question a call, so that each has a place and a seed of its own; a question that
was cut off, or in which marks of the template stand, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Sampling
from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.methods.answering import answered
from tutelage.methods.method import State
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.reading import NotRead
from tutelage.methods.seeding.presets import preset
from tutelage.methods.user_slots import SLOTS, Exchange, Slot
from tutelage.records import Example, Finish, Item, Message, Rejection, Reply, assistant, system, user
from tutelage.replies import Unreadable

_SEED_BITS = 31  # servers take a signed 32-bit number
_ROLE_MARK = re.compile(
    r"<\|[a-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?s>|<eos>|"
    r"^(?:user|assistant|system|model)\s*:?\s*$",
    re.IGNORECASE | re.MULTILINE,
)


class Magpie(Prompted):
    """Settings of Magpie; see docs/kinds/methods/magpie.md."""

    kind: ClassVar[str] = "magpie"
    paper: ClassVar[str] = "https://arxiv.org/abs/2406.08464"
    needs: ClassVar[tuple[str, ...]] = ("raw",)

    template: Literal["chatml", "llama3", "mistral", "gemma", "qwen", "plain"] = "chatml"
    """The family of the teacher's chat template."""
    pre_query: str = ""
    """Own raw text up to the user's slot, in place of ``template``."""
    stop: tuple[str, ...] = ()
    """What ends the user's turn, beside the marks of ``template``; needed with ``pre_query``."""
    topics: tuple[str, ...] = ()
    """Topics that the system slot steers to, by turns; none leaves the model alone."""
    preset: str = ""
    """A shipped domain, whose topics are used where none are given."""
    requests: Annotated[int, Field(ge=1)] = 100_000
    """Items at most."""
    turns: Annotated[int, Field(ge=1)] = 1
    """Questions of a conversation."""
    answer: Literal["chat", "raw"] = "chat"
    """Whether answers come through the chat protocol or from the raw template."""
    question_temperature: Annotated[float, Field(ge=0)] = 1.0
    question_top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    question_tokens: Annotated[int, Field(ge=1)] = 2_048
    temperature: Annotated[float, Field(ge=0)] | None = 0.0
    """Of the answers."""

    @model_validator(mode="after")
    def _sound(self) -> Magpie:
        if self.preset:
            preset(self.preset, self.language)
        if not self.pre_query:
            return self
        if not self.stop:
            raise BadInput(
                "pre_query needs to know what ends the user's turn",
                where="stop",
                remedy="give the marks of your template, such as stop: ['<|im_end|>']",
            )
        wanting = "topics" if self._topics else "turns" if self.turns > 1 else "answer"
        if self._topics or self.turns > 1 or self.answer == "raw":
            raise BadInput(
                f"with pre_query, '{wanting}' cannot be had: that takes a whole template",
                where=wanting,
                remedy=f"name a template ({', '.join(SLOTS)}) in place of pre_query",
            )
        return self

    @property
    def _topics(self) -> Sequence[str]:
        if self.topics or not self.preset:
            return self.topics
        return preset(self.preset, self.language).topics

    @property
    def _slot(self) -> Slot:
        return SLOTS[self.template]

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """Empty items, topic by turns, each with a seed of its own; those of ``state.planned`` come first."""
        topics = self._topics or ("",)
        made: set[str] = set()
        for item in state.planned:
            if len(made) < self.requests and item.payload["topic"] in topics:
                made.add(item.id)
                yield item
        number = 0
        while len(made) < self.requests:
            item = self._item(topics[number % len(topics)], number // len(topics), state.seed)
            number += 1
            if item.id not in made:
                made.add(item.id)
                yield item

    def _item(self, topic: str, occurrence: int, seed: int) -> Item:
        own = draw(seed, f"magpie/{topic}/{occurrence}").getrandbits(_SEED_BITS)
        cell = {"topic": topic} if topic else {}
        return Item.make(self.kind, cell, {"topic": topic, "seed": own}, occurrence)

    # --- writing -------------------------------------------------------------------------------------

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        """The conversation; where a later turn fails, what came before is kept and the failure is told."""
        said: list[Exchange] = []
        finish: Finish = "stop"
        refused: list[Rejection] = []
        while len(said) < self.turns and finish == "stop":
            try:
                question = await self._question(session, said)
                reply = await self._answered(session, said, question)
            except NotRead as error:
                if not said:
                    raise
                refused.append(error.rejection(session.item.id))
                break
            said.append((question, reply.text.strip()))
            finish = reply.finish
        lineage = {
            "template": "own" if self.pre_query else self.template,
            "seed": session.item.payload["seed"],
        }
        if len(said) == 1:
            return [session.single_turn(*said[0], finish=finish, **lineage), *refused]
        return [session.dialogue(self._messages(said), finish=finish, **lineage), *refused]

    async def _question(self, session: Session, said: Sequence[Exchange]) -> str:
        """The user's next turn, as the model writes it.

        Raises:
            NotRead: no try gave a question.
        """
        prompt = self.pre_query or self._slot.before_user(self._steering(session), said)
        number = len(said) + 1
        for attempt in range(1 + self.ask_again):
            turn = f"question-{number}" + (f"-try-{attempt + 1}" if attempt else "")
            sampling = self._sampling(session.item.payload["seed"] + number - 1 + attempt * self.turns)
            session.turns.append(turn)
            reply = await session.ask.raw(prompt, turn=turn, sampling=sampling)
            try:
                return self._question_in(reply)
            except Unreadable as error:
                unread = NotRead(error.reason, reply.text, error.detail)
        raise unread

    def _sampling(self, seed: int) -> Sampling:
        """A seed of its own for every try: a teacher with one fixed seed would ask one thing for ever."""
        return Sampling(
            temperature=self.question_temperature,
            top_p=self.question_top_p,
            max_tokens=self.question_tokens,
            stop=tuple(dict.fromkeys((*(() if self.pre_query else self._slot.stop), *self.stop))),
            seed=seed % 2**_SEED_BITS,
        )

    def _steering(self, session: Session) -> str:
        """The text of the system slot: the recipe's own, then topic and language where one is said."""
        topic = session.item.payload["topic"]
        steer = session.word("steer", topic=topic) if topic or self.language != "en" else ""
        return "\n\n".join(part for part in (self.system, steer) if part)

    def _question_in(self, reply: Reply) -> str:
        text = reply.text.strip()
        if not text:
            raise Unreadable("empty_instruction", "the user's turn is empty")
        if reply.finish == "length":
            raise Unreadable("unfinished", "the user's turn reached the limit of tokens")
        if mark := _ROLE_MARK.search(text):
            raise Unreadable("role_mark", f"a mark of the template: {mark.group()!r}")
        return text

    async def _answered(self, session: Session, said: Sequence[Exchange], question: str) -> Reply:
        """The answer to ``question``.

        Raises:
            NotRead: the answer is empty.
        """
        turn = f"answer-{len(said) + 1}"
        if self.answer == "chat":
            try:
                return await answered(session, [*self._messages(said), user(question)], turn)
            except NotRead as error:
                raise NotRead(error.reason, question, error.detail) from error
        prompt = self._slot.before_answer(self.system, said, question)
        sampling = Sampling(temperature=self.temperature, max_tokens=self.max_tokens, stop=self._slot.stop)
        session.turns.append(turn)
        reply = await session.ask.raw(prompt, turn=turn, sampling=sampling)
        if not reply.text.strip():
            raise NotRead("empty_answer", question, f"nothing in the reply '{turn}'")
        return reply

    def _messages(self, said: Sequence[Exchange]) -> list[Message]:
        messages = [system(self.system)] if self.system else []
        for question, answer in said:
            messages += [user(question), assistant(answer)]
        return messages
