"""Asking again with what was wrong, and giving up with the raw text."""

from __future__ import annotations

import asyncio

import pytest

from tutelage.errors import CallFailed
from tutelage.methods.reading import NotRead, gathered, read
from tutelage.records import Message, Reply, user
from tutelage.replies import Unreadable


def only_good(reply: Reply) -> str:
    if "good" not in reply.text:
        raise Unreadable("no_good", "it is bad")
    return reply.text.upper()


async def test_a_good_reply_takes_one_turn(desk_of) -> None:
    desk = desk_of(lambda call: "good")
    found = await read(desk.at("s", "i"), [user("q")], turn="t", parse=only_good, again=str)
    assert (found.value, found.turns) == ("GOOD", ("t",))
    assert [message.content for message in found.messages] == ["q", "good"]


async def test_a_bad_reply_is_asked_once_more_with_what_was_wrong(desk_of) -> None:
    desk = desk_of(lambda call: "bad" if call.turn == "t" else "good")
    found = await read(
        desk.at("s", "i"), [user("q")], turn="t", parse=only_good, again=lambda reason: f"wrong: {reason}"
    )
    assert found.turns == ("t", "t-2")
    assert [message.content for message in desk.calls[1].messages] == ["q", "bad", "wrong: no_good"]
    assert [message.content for message in found.messages] == ["q", "good"]


@pytest.mark.parametrize("retries", [0, 1, 2])
async def test_the_last_bad_reply_is_kept_for_the_rejection(desk_of, retries: int) -> None:
    desk = desk_of(lambda call: f"bad {call.turn}")
    with pytest.raises(NotRead) as caught:
        await read(desk.at("s", "i"), [user("q")], turn="t", parse=only_good, again=str, retries=retries)
    assert len(desk.calls) == 1 + retries
    rejection = caught.value.rejection("item-1")
    assert (rejection.reason, rejection.detail, rejection.item) == ("parse:no_good", "it is bad", "item-1")
    assert rejection.text == f"bad {desk.calls[-1].turn}"
    asked = desk.calls[-1].messages
    assert asked[0] == Message("user", "q")
    assert len(asked) == (1 if retries == 0 else 3)  # only the last bad reply is shown


async def test_gathered_keeps_order_and_cancels_the_rest_on_failure() -> None:
    done: list[int] = []

    async def work(number: int) -> int:
        await asyncio.sleep(0.01 * (3 - number))
        done.append(number)
        return number

    assert await gathered(work(number) for number in range(3)) == [0, 1, 2]
    assert done == [2, 1, 0]

    async def failing() -> int:
        raise CallFailed("no", reason="gave_up", permanent=False)

    done.clear()
    with pytest.raises(CallFailed):
        await gathered([work(0), failing(), work(1)])
    await asyncio.sleep(0.05)
    assert done == []


async def test_a_reply_that_repeats_the_request_is_not_read(desk_of) -> None:
    wanted = "Please write one short question that a person would send to an assistant about gardening."
    desk = desk_of(lambda call: f"Sure! {call.said}" if call.turn == "ask" else "When do I sow peas?")
    found = await read(
        desk.at("s", "i"),
        [user(wanted)],
        turn="ask",
        parse=lambda reply: reply.text,
        again=lambda reason: f"Again, please ({reason}).",
    )
    assert found.value == "When do I sow peas?"
    assert desk.calls[1].said == "Again, please (echo)."
