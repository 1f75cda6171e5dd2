"""Dialogues in one call, and what is kept of any."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.dialogues.dialogue import planned_first
from tutelage.methods.selfchat import SelfChat
from tutelage.records import Example, Item, Rejection, Reply

TWO = "Person: Why does dough rise?\nAssistant: Yeast makes gas.\nPerson: How long?\nAssistant: One hour."
QUESTION = "Why does dough rise?"


async def written(
    desk_of: Any, *replies: str | Reply, question: str = "", rounds: int = 2, **settings: Any
) -> tuple[list[Example | Rejection], Any]:
    left = list(replies)
    desk = desk_of(lambda call: left.pop(0))
    method = SelfChat(seeds=("bread",), way="transcript", **settings)
    item = Item.make(
        "selfchat", {"topic": "bread"}, {"topic": "bread", "question": question, "rounds": rounds}
    )
    return list(await method.write(item, desk.at("generate", item.id))), desk


def texts(example: Example | Rejection) -> list[str]:
    assert isinstance(example, Example)
    return [turn.content for turn in example.messages if turn.role != "system"]


async def test_one_call_gives_the_whole_dialogue(desk_of: Any) -> None:
    (example,), desk = await written(desk_of, TWO)
    assert texts(example) == ["Why does dough rise?", "Yeast makes gas.", "How long?", "One hour."]
    assert isinstance(example, Example)
    assert example.lineage["way"] == "transcript"
    assert [call.turn for call in desk.calls] == ["transcript"]
    assert "bread" in desk.calls[0].said
    assert "2 times" in desk.calls[0].said


async def test_the_system_prompt_is_the_assistants_and_stands_in_the_example(desk_of: Any) -> None:
    (example,), desk = await written(desk_of, TWO, system="Answer in rhyme.")
    assert isinstance(example, Example)
    assert example.system == "Answer in rhyme."
    assert desk.calls[0].messages[0].content != "Answer in rhyme."
    assert "Answer in rhyme." in desk.calls[0].said


async def test_the_last_complete_exchange_stays_and_a_lone_question_goes(desk_of: Any) -> None:
    (example,), _ = await written(desk_of, TWO + "\nPerson: And then?")
    assert texts(example)[-2:] == ["How long?", "One hour."]


async def test_a_transcript_that_was_cut_off_loses_its_last_turn(desk_of: Any) -> None:
    cut = Reply(TWO + "\nPerson: And then?\nAssistant: Then you ba", finish="length")
    (example,), _ = await written(desk_of, cut)
    assert texts(example)[-1] == "One hour."
    assert isinstance(example, Example)
    assert (example.finish, example.lineage["ended"]) == ("stop", "cut_off")


async def test_a_person_who_repeats_himself_ends_it(desk_of: Any) -> None:
    again = TWO + "\nPerson: Why does dough rise?\nAssistant: As I said."
    (example,), _ = await written(desk_of, again)
    assert len(texts(example)) == 4
    assert isinstance(example, Example)
    assert example.lineage["ended"] == "repeat"


class TestTheFirstMessage:
    async def test_it_is_the_seed_word_for_word(self, desk_of: Any) -> None:
        (example,), desk = await written(desk_of, TWO.replace("Why does", "So why does"), question=QUESTION)
        assert texts(example)[0] == QUESTION
        assert QUESTION in desk.calls[0].said

    async def test_another_one_is_asked_again_and_then_refused(self, desk_of: Any) -> None:
        other = TWO.replace("Why does dough rise?", "Hi! What is your favourite colour?")
        (rejected,), desk = await written(desk_of, other, other, question=QUESTION)
        assert isinstance(rejected, Rejection)
        assert rejected.reason == "parse:other_opening"
        assert rejected.text == other
        assert len(desk.calls) == 2


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("I cannot do that.", "no_turns"),
        ("Person: Why?\nAssistant: So.", "too_few_rounds"),
        ("Person: Why?\nAssistant:\nPerson: And?\nAssistant: So.", "empty_turn"),
        (TWO.replace("One hour.", "Begin each message on a new line with the label"), ""),
        (
            TWO.replace(
                "One hour.",
                "The person speaks first and each speaks 2 times, in turn. The person asks, follows up, and "
                "sometimes doubts; every message of the assistant is a full and correct answer. Begin each "
                'message on a new line with the label "Person:" or "Assistant:", and write nothing else.',
            ),
            "prompt_echo",
        ),
    ],
)
async def test_what_is_no_dialogue_is_refused(desk_of: Any, reply: str, code: str) -> None:
    (result,), _ = await written(desk_of, reply, reply)
    assert (result.reason if isinstance(result, Rejection) else "") == (f"parse:{code}" if code else "")


async def test_chinese_transcripts(desk_of: Any) -> None:
    text = "用户：面团为什么会发起来？\n助手：因为酵母产生气体。\n用户：要多久？\n助手：大约一个小时。"
    (example,), desk = await written(desk_of, text, language="zh")
    assert texts(example) == ["面团为什么会发起来？", "因为酵母产生气体。", "要多久？", "大约一个小时。"]
    assert "用户：" in desk.calls[0].said


numbers = st.lists(st.integers(0, 12), unique=True)


@given(now=numbers, before=numbers)
def test_what_was_planned_comes_first_where_it_still_may(now: list[int], before: list[int]) -> None:
    def item(number: int) -> Item:
        return Item.make("selfchat", {}, {"number": number})

    found = list(planned_first(map(item, now), [item(number) for number in before]))
    kept = [number for number in before if number in now]
    assert found == [item(number) for number in [*kept, *(each for each in now if each not in before)]]
