"""What methods that ask have in common: sessions, their parts, and what an example tells of its making."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from tutelage.asking import Sampling
from tutelage.errors import BadInput, CallFailed
from tutelage.methods.method import State
from tutelage.methods.prompted import Prompted, Session
from tutelage.methods.reading import NotRead
from tutelage.prompts import load
from tutelage.records import Example, Item, Rejection, Reply, assistant, digest, system, user
from tutelage.replies import Unreadable

ITEM = Item.make("asker", {"source": "here"}, {"question": "Why?"})


class Asker(Prompted):
    """Asks its item's question; borrows the wording of ``respond``."""

    kind: ClassVar[str] = "asker"
    wording: ClassVar[str] = "respond"

    def plan(self, round: int, state: State) -> Sequence[Item]:
        return [ITEM]

    async def carry_out(self, session: Session) -> Sequence[Example | Rejection]:
        wanted = session.word("answer", question=session.item.payload["question"])
        found = await session.read(wanted, "answer", filled)
        return [session.single_turn("Why?", found.value, finish=found.reply.finish, note="n")]


def filled(reply: Reply) -> str:
    if not reply.text:
        raise Unreadable("empty_reply", "nothing there")
    return reply.text


def session_of(desk: Any, **settings: Any) -> Session:
    return Session(Asker(**settings), desk.at("generate", ITEM.id), ITEM)


async def test_an_example_tells_how_it_was_made(desk_of) -> None:
    desk = desk_of(lambda call: Reply("Because.", finish="length"))
    (example,) = await Asker(system="Be brief.").write(ITEM, desk.at("generate", ITEM.id))
    assert example.id == digest(ITEM.id, 0)
    assert (example.method, example.item, example.teacher) == ("asker", ITEM.id, "fake-1")
    assert (example.cell, example.finish, example.system) == (ITEM.cell, "length", "Be brief.")
    fingerprint = load("respond", "answer", "en").fingerprint
    assert example.lineage == {"note": "n", "turns": ["answer"], "prompts": {"answer": fingerprint}}


async def test_an_unreadable_reply_is_asked_for_again_and_then_refused_with_its_text(desk_of) -> None:
    desk = desk_of(lambda call: "")
    (refused,) = await Asker(ask_again=2).write(ITEM, desk.at("generate", ITEM.id))
    assert [call.turn for call in desk.calls] == ["answer", "answer-2", "answer-3"]
    assert "empty reply" in desk.calls[1].said
    assert refused == Rejection("parse:empty_reply", "", "nothing there", ITEM.id)
    zh = desk_of(lambda call: "" if call.turn == "answer" else "因为。")
    (example,) = await Asker(language="zh").write(ITEM, zh.at("generate", ITEM.id))
    assert "无法使用" in zh.calls[1].said
    assert example.lineage["turns"] == ["answer", "answer-2"]


async def test_a_failed_call_is_left_to_the_flow(desk_of) -> None:
    def fails(call: Any) -> str:
        raise CallFailed("no", reason="bad_request", permanent=True)

    with pytest.raises(CallFailed):
        await Asker().write(ITEM, desk_of(fails).at("generate", ITEM.id))


async def test_what_a_step_says_of_sampling_goes_before_the_recipe(desk_of) -> None:
    desk = desk_of(lambda call: "x")
    session = session_of(desk, temperature=0.9, max_tokens=50)
    await session.say("Why?", "one")
    await session.say("Why?", "two", Sampling(temperature=0.0))
    await session.read("Why?", "three", filled, Sampling(max_tokens=3))
    asked = [(call.sampling.temperature, call.sampling.max_tokens) for call in desk.calls]
    assert asked == [(0.9, 50), (0.0, 50), (0.9, 3)]


def test_the_recipes_system_prompt_comes_first_where_there_is_none(desk_of) -> None:
    session = session_of(desk_of(lambda call: ""), system="Be brief.")
    assert session.opening("Why?") == [system("Be brief."), user("Why?")]
    own = [system("Be long."), user("Why?")]
    assert session.opening(own) == own
    assert session_of(desk_of(lambda call: "")).opening("Why?") == [user("Why?")]


def test_examples_of_one_session_are_numbered_and_may_have_a_cell_of_their_own(desk_of) -> None:
    session = session_of(desk_of(lambda call: ""))
    first = session.single_turn("A", "B", input="C")
    talk = [user("A"), assistant("B"), user("C"), assistant("D")]
    second = session.dialogue(talk, cell={"x": "y"})
    assert [first.id, second.id] == [digest(ITEM.id, 0), digest(ITEM.id, 1)]
    assert first.messages[0].content == "A\nC"
    assert (second.instruction, second.output, second.cell) == ("C", "D", {"x": "y"})


async def test_a_part_has_its_own_turns_and_names(desk_of) -> None:
    whole = session_of(desk_of(lambda call: "x"))
    await whole.say(whole.word("answer", question="Q"), "list")
    parts = [whole.part("a"), whole.part("b")]
    for part in parts:
        await part.say("Q", f"answer-{part.ask.name}")
    made = [each.single_turn("A", "B") for each in (*parts, whole.part("a").part("c"), whole)]
    assert len({each.id for each in made}) == 4
    assert made[0].lineage["turns"] == ["list", "answer-fake-1"]
    assert made[3].lineage["turns"] == ["list"]
    assert made[0].lineage["prompts"] == made[3].lineage["prompts"]
    assert {each.item for each in made} == {ITEM.id}


async def test_what_fails_in_a_part_costs_the_part(desk_of) -> None:
    session = session_of(desk_of(lambda call: ""))

    async def fails(error: Exception) -> list[Rejection]:
        raise error

    unread = await session.spare(fails(NotRead("no_list", "raw", "more")))
    failed = await session.spare(fails(CallFailed("it said no", reason="gave_up", permanent=False)))
    assert unread == [Rejection("parse:no_list", "raw", "more", ITEM.id)]
    assert [(each.reason, "it said no" in each.detail, each.item) for each in failed] == [
        ("call:gave_up", True, ITEM.id)
    ]
    with pytest.raises(ValueError, match="ours"):
        await session.spare(fails(ValueError("ours")))


async def test_what_is_asked_before_planning_is_named_by_its_content(desk_of) -> None:
    desk = desk_of(lambda call: "x")
    for content in (["river"], ["river"], ["lake"]):
        session = Asker().at(desk, "topics", *content)
        await session.say("Q", "topics")
    same, again, other = desk.calls
    assert same.stage == "asker/topics"
    assert same.item == again.item != other.item


def test_own_wording_is_checked_when_the_recipe_is_read() -> None:
    assert Asker(prompts={"answer": "Say {{ question }}"}).prompts
    with pytest.raises(BadInput, match="no step called 'anser'") as caught:
        Asker(prompts={"anser": "x"})
    assert "answer" in caught.value.remedy
    with pytest.raises(BadInput, match="not a valid template"):
        Asker(prompts={"answer": "{{ question"})
    with pytest.raises(BadInput, match="no wording in the language"):
        Asker.model_construct(language="fr")._knows_its_steps()
