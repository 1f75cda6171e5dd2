"""An answer whole, shorter where it was cut off, and never empty."""

from __future__ import annotations

from typing import Any

import pytest

from tutelage.methods.answering import answered
from tutelage.methods.prompted import Session
from tutelage.methods.reading import NotRead
from tutelage.methods.respond import Respond
from tutelage.records import Item, Reply, assistant, system, user

ITEM = Item.make("respond", {"source": "x"}, {})


def session_of(desk: Any, **settings: Any) -> Session:
    return Session(Respond(seeds_file="x.txt", **settings), desk.at("generate", ITEM.id), ITEM)


async def test_a_whole_answer_costs_one_call(desk_of) -> None:
    desk = desk_of(lambda call: Reply("An oak.", finish="stop"))
    session = session_of(desk, system="Be brief.")
    reply = await answered(session, "Which tree?", "answer")
    assert (reply.text, session.turns) == ("An oak.", ["answer"])
    assert desk.calls[0].messages == (system("Be brief."), user("Which tree?"))


@pytest.mark.parametrize(("language", "word"), [("en", "half as many words"), ("zh", "一半")])
async def test_one_that_was_cut_off_is_asked_for_shorter(desk_of, language: str, word: str) -> None:
    def answer(call: Any) -> Reply:
        return Reply("An oak.") if call.turn == "a-shorter" else Reply("An oak, and", finish="length")

    desk = desk_of(answer)
    session = session_of(desk, language=language)
    history = [user("Which tree?"), assistant("What for?"), user("For a boat.")]
    assert (await answered(session, history, "a")).text == "An oak."
    assert session.turns == ["a", "a-shorter"]
    assert desk.calls[1].messages[:-1] == (*history, assistant("An oak, and"))
    assert word in desk.calls[1].said


async def test_one_that_is_cut_off_twice_is_left_to_the_filters(desk_of) -> None:
    desk = desk_of(lambda call: Reply("On and", finish="length"))
    reply = await answered(session_of(desk), "Which tree?", "a")
    assert (reply.finish, len(desk.calls)) == ("length", 2)


@pytest.mark.parametrize("finish", ["stop", "length"])
async def test_an_empty_answer_is_none(desk_of, finish: Any) -> None:
    desk = desk_of(lambda call: Reply(" \n", finish=finish))
    with pytest.raises(NotRead, match="empty_answer"):
        await answered(session_of(desk), "Which tree?", "a")
    assert len(desk.calls) == 1
