"""A conversation with one model. It is kept nowhere, so it goes past the gateway."""

from __future__ import annotations

from tutelage.asking import Sampling
from tutelage.errors import CallFailed
from tutelage.records import Message, Reply, Usage, assistant, system, user
from tutelage.teachers.teacher import CallTrouble, Request, Teacher
from tutelage.text import clean

_TRIES = 4  # for a teacher that learns what its server refuses


class Conversation:
    """What was said so far; a question that is not answered is taken back."""

    def __init__(self, teacher: Teacher, system: str = "", sampling: Sampling = Sampling()) -> None:
        self._teacher = teacher
        self._sampling = sampling
        self._turns: list[Message] = []
        self.system = system
        self.usage = Usage()

    @property
    def messages(self) -> tuple[Message, ...]:
        """The whole conversation, with its system message where there is one."""
        return (*([system(clean(self.system))] if self.system else ()), *self._turns)

    def reset(self) -> None:
        """Forget what was said; the system message stays."""
        self._turns.clear()

    async def say(self, text: str) -> Reply:
        """Send ``text`` as the user's next turn; bytes that are no text are U+FFFD in it.

        Raises:
            CallFailed: there is no answer; the conversation is as before.
            TutelageError: the model cannot be loaded.
        """
        text = clean(text)
        request = Request(self._sampling, (*self.messages, user(text)))
        reply = await self._ask(request)
        self._turns += [user(text), assistant(reply.text)]
        self.usage += reply.usage
        return reply

    async def _ask(self, request: Request) -> Reply:
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._teacher.send(request)
            except CallTrouble as trouble:
                if trouble.trouble == "empty":
                    return Reply("")
                if trouble.trouble != "adapt" or attempt == _TRIES:
                    raise CallFailed(
                        trouble.message,
                        reason=trouble.trouble,
                        permanent=trouble.trouble == "bad_request",
                        where=self._teacher.name,
                    ) from trouble
        raise AssertionError("every attempt returns or raises")
