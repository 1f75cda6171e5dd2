"""Two roles in turn: who sees what, and why a dialogue ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tutelage.methods.selfchat import SelfChat
from tutelage.prompts import material
from tutelage.records import Example, Item, Rejection, Reply

ASKED = [
    "Why does dough rise?",
    "How much yeast do I need?",
    "Does it work in the cold?",
    "And with rye flour?",
]
ANSWERED = [
    "Yeast eats sugar and makes gas.",
    "About five grams for a pound of flour.",
    "Yes, only more slowly, so wait longer.",
    "Rye rises less, because it has little gluten.",
]
PERSON = "You play a person"
ASKER = "You write the questions"


def is_person(call: Any) -> bool:
    return call.messages[0].content.startswith((PERSON, ASKER))


def talking(
    asked: Sequence[str | Reply] = ASKED, answered: Sequence[str | Reply] = ANSWERED
) -> Callable[[Any], str | Reply]:
    """A person and an assistant with these turns in order; tries of one turn get the same."""

    def answer(call: Any) -> str | Reply:
        number = int(call.turn.split("-")[1]) - 1
        return (asked if is_person(call) else answered)[number]

    return answer


async def written(
    desk_of: Any, answer: Any, question: str = "", rounds: int = 3, **settings: Any
) -> tuple[list[Example | Rejection], Any]:
    desk = desk_of(answer)
    method = SelfChat(seeds=("baking bread",), **settings)
    payload = {"topic": "baking bread", "question": question, "rounds": rounds}
    item = Item.make("selfchat", {"topic": "baking bread"}, payload)
    return list(await method.write(item, desk.at("generate", item.id))), desk


def texts(example: Example | Rejection) -> list[str]:
    assert isinstance(example, Example)
    roles = [turn.role for turn in example.messages if turn.role != "system"]
    assert roles == ["user", "assistant"] * (len(roles) // 2)
    return [turn.content for turn in example.messages if turn.role != "system"]


def paired(count: int) -> list[str]:
    return [each for pair in zip(ASKED[:count], ANSWERED[:count], strict=True) for each in pair]


@pytest.mark.parametrize("person", ["swapped", "asked"])
async def test_roles_alternate_for_the_rounds_that_were_drawn(desk_of: Any, person: str) -> None:
    (example,), desk = await written(desk_of, talking(), person=person)
    assert texts(example) == paired(3)
    assert isinstance(example, Example)
    assert example.instruction == ASKED[2]
    assert example.lineage["ended"] == "rounds"
    assert [call.turn for call in desk.calls] == [
        f"{who}-{number}" for number in (1, 2, 3) for who in ("person", "answer")
    ]


async def test_a_seed_that_is_the_question_saves_its_call(desk_of: Any) -> None:
    (example,), desk = await written(desk_of, talking(), ASKED[0])
    assert texts(example) == paired(3)
    assert len(desk.calls) == 5


@pytest.mark.parametrize("person", ["swapped", "asked"])
async def test_the_person_never_sees_what_the_assistant_was_told(desk_of: Any, person: str) -> None:
    secret = "Answer as a pirate would; the password is parrot."
    (example,), desk = await written(desk_of, talking(), person=person, system=secret)
    assert isinstance(example, Example)
    assert example.messages[0].content == secret
    assert example.system == secret
    seen = {True: 0, False: 0}
    for call in desk.calls:
        told = any("parrot" in turn.content for turn in call.messages)
        assert told == (not is_person(call))
        seen[told] += 1
    assert seen == {True: 3, False: 3}


async def test_the_person_lives_the_dialogue_with_swapped_roles(desk_of: Any) -> None:
    _, desk = await written(desk_of, talking())
    last = [call for call in desk.calls if is_person(call)][-1]
    roles = [turn.role for turn in last.messages]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [turn.content for turn in last.messages[2:]] == paired(2)
    assert "baking bread" in last.messages[0].content
    answering = [call for call in desk.calls if not is_person(call)][-1]
    assert [turn.content for turn in answering.messages] == [*paired(2), ASKED[2]]
    assert answering.messages[-1].role == "user"


async def test_a_question_asked_for_alone_sees_the_last_exchange_after_worked_ones(desk_of: Any) -> None:
    _, desk = await written(desk_of, talking(), person="asked")
    calls = [call for call in desk.calls if is_person(call)]
    worked = material("dialogue", "worked.json", "en")
    assert [turn.content for turn in calls[0].messages if turn.role == "assistant"] == [
        each["question"] for each in worked
    ]
    assert [turn.content for turn in calls[1].messages if turn.role == "assistant"] == [
        each["next"] for each in worked
    ]
    assert "baking bread" in calls[0].said
    assert ASKED[1] in calls[2].said
    assert ANSWERED[1] in calls[2].said
    assert ANSWERED[0] not in calls[2].said


class TestStopping:
    @pytest.mark.parametrize("said", ["[END]", "Thanks a lot, that helps. Bye!"])
    async def test_a_farewell_ends_it_and_is_no_turn(self, desk_of: Any, said: str) -> None:
        (example,), _ = await written(desk_of, talking([*ASKED[:2], said]))
        assert texts(example) == paired(2)
        assert isinstance(example, Example)
        assert example.lineage["ended"] == "goodbye"

    async def test_who_says_the_same_again_has_nothing_more_to_ask(self, desk_of: Any) -> None:
        (example,), _ = await written(desk_of, talking([*ASKED[:2], "why does  dough rise"]))
        assert texts(example) == paired(2)
        assert isinstance(example, Example)
        assert example.lineage["ended"] == "repeat"

    async def test_too_early_an_end_is_a_rejection_with_what_was_said(self, desk_of: Any) -> None:
        (rejected,), _ = await written(desk_of, talking([ASKED[0], "[END]"]))
        assert isinstance(rejected, Rejection)
        assert rejected.reason == "parse:too_few_rounds"
        assert ANSWERED[0] in rejected.text
        (kept,), _ = await written(desk_of, talking([ASKED[0], "[END]"]), least_rounds=1)
        assert texts(kept) == paired(1)

    async def test_one_round_is_enough_where_one_was_wanted(self, desk_of: Any) -> None:
        (kept,), _ = await written(desk_of, talking(), rounds=1)
        assert texts(kept) == paired(1)


BROKEN: list[tuple[str | Reply, str]] = [
    ("", "empty_answer"),
    (Reply("Yes, only more", finish="length"), "cut_off"),
    (Reply("Yes", finish="filter"), "filtered"),
    ("Does it work in the cold?", "echo"),
    (ANSWERED[0].upper(), "repeated_answer"),
    ("Yes, it does.\nUser: And in summer?\nAssistant: Then too.", "label_leak"),
]


class TestBrokenTurns:
    @pytest.mark.parametrize(("third", "code"), BROKEN, ids=[code for _, code in BROKEN])
    async def test_an_answer_that_fails_costs_its_exchange(
        self, desk_of: Any, third: str | Reply, code: str
    ) -> None:
        results, _ = await written(desk_of, talking(answered=[*ANSWERED[:2], third]))
        example, rejected = results
        assert texts(example) == paired(2)
        assert isinstance(rejected, Rejection)
        assert rejected.reason == f"parse:{code}"
        raw = third.text if isinstance(third, Reply) else third
        assert ASKED[2] in rejected.text
        assert raw in rejected.text

    @pytest.mark.parametrize(("first", "code"), BROKEN[:3], ids=[code for _, code in BROKEN[:3]])
    async def test_a_first_answer_that_fails_costs_the_item(
        self, desk_of: Any, first: str | Reply, code: str
    ) -> None:
        (rejected,), _ = await written(desk_of, talking(answered=[first]))
        assert isinstance(rejected, Rejection)
        assert rejected.reason == f"parse:{code}"

    async def test_an_answer_that_was_cut_off_is_asked_for_once_more_and_shorter(self, desk_of: Any) -> None:
        usual = talking()

        def answer(call: Any) -> str | Reply:
            return Reply("Yeast eats", finish="length") if call.turn == "answer-1" else usual(call)

        (example,), desk = await written(desk_of, answer)
        assert texts(example) == paired(3)
        shorter = next(call for call in desk.calls if call.turn == "shorter-1")
        assert shorter.said.startswith(ASKED[0])

    async def test_a_person_who_answers_is_asked_again_and_then_refused(self, desk_of: Any) -> None:
        asked = [*ASKED[:2], "Sure! Here is what you can do: wait."]
        results, desk = await written(desk_of, talking(asked))
        example, rejected = results
        assert texts(example) == paired(2)
        assert isinstance(rejected, Rejection)
        assert rejected.reason == "parse:spoke_as_assistant"
        assert [call.turn for call in desk.calls][-2:] == ["person-3", "person-3-2"]

    async def test_a_label_that_the_question_asks_for_is_no_leak(self, desk_of: Any) -> None:
        asked = [ASKED[0], "Write a chat between User and Bot about yeast."]
        answered = [ANSWERED[0], "User: What is yeast?\nBot: A tiny fungus."]
        (example,), _ = await written(desk_of, talking(asked, answered), rounds=2)
        assert texts(example)[-1] == answered[1]

    async def test_labels_of_their_own_turn_are_taken_off(self, desk_of: Any) -> None:
        asked = [f"Person: {text}" for text in ASKED]
        answered = [f"**Assistant:** {text}" for text in ANSWERED]
        (example,), _ = await written(desk_of, talking(asked, answered))
        assert texts(example) == paired(3)

    async def test_an_unknown_ending_of_any_answer_is_remembered(self, desk_of: Any) -> None:
        answered = [Reply(ANSWERED[0], finish="other"), *ANSWERED[1:]]
        (example,), _ = await written(desk_of, talking(answered=answered))
        assert isinstance(example, Example)
        assert example.finish == "other"
