"""Having a question answered: the answer whole, and once more shorter where it was cut off."""

from __future__ import annotations

from collections.abc import Sequence

from tutelage.methods.prompted import SHARED, Session
from tutelage.methods.reading import NotRead
from tutelage.prompts import load
from tutelage.records import Message, Reply, assistant, user


async def answered(session: Session, said: str | Sequence[Message], turn: str) -> Reply:
    """The answer to ``said``. One that reached the limit of tokens is asked for again, shorter, in the turn
    ``TURN-shorter``; if that is cut off too, it is left to the filter ``shape``.

    Raises:
        NotRead: the answer is empty.
        CallFailed: a call could not be answered.
    """
    reply = await session.say(said, turn)
    if reply.finish == "length" and reply.text.strip():
        wanted = load(SHARED, "shorter", session.method.language).render()
        opening = [user(said)] if isinstance(said, str) else list(said)
        reply = await session.say([*opening, assistant(reply.text), user(wanted)], f"{turn}-shorter")
    if not reply.text.strip():
        raise NotRead("empty_answer", reply.text, f"nothing in the reply '{turn}'")
    return reply
