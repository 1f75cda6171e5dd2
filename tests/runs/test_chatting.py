"""A conversation grows by what was answered, and by nothing else."""

from __future__ import annotations

import pytest

from tutelage.asking import Sampling
from tutelage.errors import CallFailed
from tutelage.records import Reply, Usage
from tutelage.runs.chatting import Conversation
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request


async def test_it_sends_all_that_was_said() -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        return Reply(f"answer {len(seen)}", usage=Usage(1, 2))

    talk = Conversation(Scripted.of(answer), "Be brief.", Sampling(max_tokens=5))
    assert (await talk.say("one")).text == "answer 1"
    await talk.say("two")
    assert [each.content for each in seen[1].messages] == ["Be brief.", "one", "answer 1", "two"]
    assert seen[0].sampling.max_tokens == 5
    assert talk.usage.total == 6
    talk.reset()
    await talk.say("three")
    assert [each.content for each in seen[2].messages] == ["Be brief.", "three"]


async def test_what_was_not_answered_is_taken_back() -> None:
    def answer(request: Request) -> Reply:
        if request.messages[-1].content == "bad":
            raise CallTrouble("bad_request", "refused")
        return Reply("yes")

    talk = Conversation(Scripted.of(answer))
    await talk.say("good")
    before = talk.messages
    with pytest.raises(CallFailed, match="refused"):
        await talk.say("bad")
    assert talk.messages == before


async def test_a_teacher_that_learns_is_asked_again_and_silence_is_an_answer() -> None:
    times = iter([CallTrouble("adapt", "without it"), Reply("yes"), CallTrouble("empty", "nothing")])

    def answer(request: Request) -> Reply:
        now = next(times)
        if isinstance(now, CallTrouble):
            raise now
        return now

    talk = Conversation(Scripted.of(answer))
    assert (await talk.say("a")).text == "yes"
    assert (await talk.say("b")).text == ""


async def test_it_does_not_ask_without_end() -> None:
    def never(request: Request) -> Reply:
        raise CallTrouble("adapt", "again")

    with pytest.raises(CallFailed, match="again"):
        await Conversation(Scripted.of(never)).say("a")
