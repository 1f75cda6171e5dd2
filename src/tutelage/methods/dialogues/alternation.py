"""Two roles in turn: the assistant answers a chat, and a person is played who asks and reacts.

    person:    own system prompt | greeting → question 1 | answer 1 → question 2 | …      roles swapped
    assistant: the recipe's system prompt | question 1 → answer 1 | question 2 → answer 2 | …

It ends after the rounds of the item, when the person has finished (see :mod:`.farewell`) or says the same
again, or when a turn fails: an answer that is empty, cut off twice, or an echo, or a question that is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tutelage.methods.dialogues.farewell import STOP
from tutelage.methods.dialogues.spoken import Shown, message_of, question_of
from tutelage.methods.prompted import Session
from tutelage.methods.reading import NotRead
from tutelage.novelty import Index
from tutelage.prompts import material
from tutelage.records import Finish, Message, Reply, assistant, system, user
from tutelage.replies import speaks_as, without_label
from tutelage.text import normalise

Person = Literal["swapped", "asked"]

_SAME = 0.9  # ROUGE-L F1 with an earlier turn of the same role: nothing new is said


@dataclass(frozen=True)
class Talk:
    """The complete exchanges of a dialogue, and why it ended.

    ``broken`` holds the messages of the exchange that failed, in which case ``ended`` is its reason code.
    """

    exchanges: tuple[tuple[str, str], ...]
    ended: str
    finish: Finish = "stop"
    broken: tuple[Message, ...] = ()
    detail: str = ""

    @property
    def messages(self) -> tuple[Message, ...]:
        """The exchanges as turns of user and assistant."""
        return tuple(
            turn for asked, answered in self.exchanges for turn in (user(asked), assistant(answered))
        )


class _Ended(Exception):
    """The dialogue goes no further; ``broken`` as in :class:`Talk`."""

    def __init__(self, reason: str, *broken: Message, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.broken = broken
        self.detail = detail


class Alternation:
    """One dialogue of an item whose payload has ``topic``, ``question`` and ``rounds``."""

    def __init__(self, session: Session, person: Person) -> None:
        self._session = session
        self._person = person
        self._topic: str = session.item.payload["topic"]
        self._opening: str = session.item.payload["question"]
        self._rounds: int = session.item.payload["rounds"]
        self._exchanges: list[tuple[str, str]] = []
        self._questions = Index(_SAME)
        self._answers = Index(_SAME)
        self._finish: Finish = "stop"

    async def carry_out(self) -> Talk:
        """Ask and answer in turn until the end.

        Raises:
            CallFailed: a call could not be answered.
        """
        ended = _Ended("rounds")
        try:
            for number in range(1, self._rounds + 1):
                question = await self._question(number)
                answer = await self._answer(question, number)
                self._exchanges.append((question, answer))
        except _Ended as end:
            ended = end
        except NotRead as error:
            ended = _Ended(error.reason, user(error.text), detail=error.detail)
        return Talk(tuple(self._exchanges), ended.reason, self._finish, ended.broken, ended.detail)

    # --- the person ----------------------------------------------------------------------------------

    async def _question(self, number: int) -> str:
        """The person's next message.

        Raises:
            NotRead: none could be read.
            _Ended: the person has finished, or says the same again.
        """
        if number == 1 and self._opening:
            said = self._opening
        else:
            said = await (self._asked_for(number) if self._person == "asked" else self._played(number))
        if said == STOP:
            raise _Ended("goodbye")
        if _came_before(self._questions, said):
            raise _Ended("repeat", detail=said)
        return said

    async def _played(self, number: int) -> str:
        """A turn of the conversation with swapped roles."""
        word = self._session.word
        conversation = [
            system(word("person", topic=self._topic, stop=STOP)),
            user(word("greeting")),
            *_swapped(self._exchanges),
        ]
        shown = Shown([word("person", topic="…", stop=STOP), word("greeting")])
        found = await self._session.read(
            conversation, f"person-{number}", lambda reply: message_of(reply, shown)
        )
        return found.value

    async def _asked_for(self, number: int) -> str:
        """A question that is asked for by itself: nothing to keep in mind but the last exchange."""
        if self._exchanges:
            asked, answered = self._exchanges[-1]
            wanted, shown = asking(self._session, "next_question", question=asked, answer=answered)
        else:
            wanted, shown = asking(self._session, "first_question", topic=self._topic)
        found = await self._session.read(wanted, f"person-{number}", lambda reply: question_of(reply, shown))
        return found.value

    # --- the assistant -------------------------------------------------------------------------------

    async def _answer(self, question: str, number: int) -> str:
        """The assistant's answer.

        Raises:
            _Ended: it cannot be used.
        """
        chat = [turn for pair in self._exchanges for turn in (user(pair[0]), assistant(pair[1]))]
        reply = await self._session.say([*chat, user(question)], f"answer-{number}")
        if reply.finish == "length":
            shorter = self._session.word("answer_shorter", question=question)
            reply = await self._session.say([*chat, user(shorter)], f"shorter-{number}")
        answer = without_label(reply.text, "assistant")
        reason, detail = _fault(question, answer, reply)
        if not reason and _came_before(self._answers, answer):
            reason, detail = "repeated_answer", "the assistant says what it said before"
        if reason:
            raise _Ended(reason, user(question), assistant(reply.text), detail=detail)
        if reply.finish == "other":
            self._finish = "other"
        return answer


# Its system prompt, and what the worked examples show, by step.
_ONE_OF = {
    "first_question": ("asker", "question"),
    "next_question": ("asker", "next"),
    "subtopic": ("namer", "subtopic"),
}


def asking(session: Session, step: str, **slots: str) -> tuple[list[Message], Shown]:
    """A conversation that asks for one question or one name, and what must not come back from it.

    Worked examples stand before it as earlier turns: a small model goes on in their manner."""
    worked = material("dialogue", "worked.json", session.method.language)
    opening, aim = _ONE_OF[step]
    conversation = [system(session.word(opening))]
    for shot in worked:
        conversation.append(user(session.word(step, **{name: shot[name] for name in slots})))
        conversation.append(assistant(shot[aim]))
    lines = [turn.content for turn in conversation]
    conversation.append(user(session.word(step, **slots)))
    return conversation, Shown([*lines, session.word(step, **dict.fromkeys(slots, "…"))])


def _swapped(exchanges: Sequence[tuple[str, str]]) -> list[Message]:
    """The dialogue as the person lives it: what the assistant says is said to him."""
    return [turn for asked, answered in exchanges for turn in (assistant(asked), user(answered))]


def _came_before(index: Index, text: str) -> bool:
    """Whether ``text`` is nearly one that came before; where it is not, it is remembered."""
    if not index.comparable(text):
        return False
    if index.find(text):
        return True
    index.add(str(len(index)), text)
    return False


def _fault(question: str, answer: str, reply: Reply) -> tuple[str, str]:
    """What is wrong with an answer by its form, as a reason code and a detail, or two empty strings.

    A label that the question speaks of ("write a chat of User and Bot") is no fault.
    """
    if not answer:
        return "empty_answer", "the answer is empty"
    if reply.finish == "length":
        return "cut_off", "the answer reached the limit of tokens, the shorter one too"
    if reply.finish == "filter":
        return "filtered", "the teacher's content filter ended the answer"
    if normalise(answer) == normalise(question):
        return "echo", "the answer is the question"
    label = speaks_as(answer, "user")
    if label and label.split(":")[0].split("：")[0].strip(" *#_").casefold() not in question.casefold():
        return "label_leak", f"the assistant speaks for the person: {label[:80]!r}"
    return "", ""
