"""The conversation of one example: its turns, its repairs, and what becomes of bad replies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tutelage.asking import Abilities, Sampling
from tutelage.methods.mixing.query_types import QueryType
from tutelage.methods.mixing.skill_writing import SCHEMA, Writing
from tutelage.prompts import load, material
from tutelage.records import Example, Item, Rejection, Reply, digest

TYPE = QueryType("Advice", "asks what to do", ("What now?",))
ITEM = Item.make(
    "skillmix",
    {"skills": "baking + budgeting", "query_type": "Advice"},
    {"skills": ["baking", "budgeting"], "query_type": TYPE.as_dict()},
)
DRAFT = "### Instruction\nHow do I bake cheaply?\n\n### Response\nUse flour."
BETTER = "### Instruction\nHow do I bake bread for $1?\n\n### Response\nFlour is 40 cents."


def by_turn(**replies: Any):
    """An answer that depends on the turn; ``_`` stands for ``-`` in the names."""
    return lambda call: replies[call.turn.replace("-", "_")]


async def written(desk, **settings: Any) -> Example | Rejection:
    return await Writing(**settings).carry_out(ITEM, desk.at("generate", ITEM.id))


async def test_the_full_conversation(desk_of) -> None:
    desk = desk_of(by_turn(draft=DRAFT, critique="Too short.", refine=BETTER))
    example = await written(desk, system="Be kind.", domain="bakeries")
    assert isinstance(example, Example)
    assert (example.instruction, example.output) == ("How do I bake bread for $1?", "Flour is 40 cents.")
    assert [message.role for message in example.messages] == ["user", "assistant"]
    assert example.id == digest(ITEM.id, 0)
    assert (example.cell, example.teacher, example.finish, example.item) == (
        ITEM.cell,
        "fake-1",
        "stop",
        ITEM.id,
    )
    assert example.lineage["turns"] == ["draft", "critique", "refine"]
    assert example.lineage["skills"] == ["baking", "budgeting"]
    assert example.lineage["prompts"] == {
        step: load("skillmix", step).fingerprint for step in ("critique", "draft", "refine")
    }
    assert json.dumps(example.as_dict())
    last = desk.calls[-1].messages
    assert [message.role for message in last] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert last[0].content == "Be kind."
    assert "bakeries" in last[1].content
    assert "baking, budgeting" in last[1].content
    assert last[2].content == DRAFT


async def test_short_leaves_the_critique_out(desk_of) -> None:
    desk = desk_of(by_turn(draft=DRAFT, refine=BETTER))
    example = await written(desk, turns="short")
    assert example.lineage["turns"] == ["draft", "refine"]
    assert "Mend that" in desk.calls[-1].said


async def test_worked_examples_are_a_setting(desk_of) -> None:
    for wanted, shown in ((None, 1), (0, 0), (3, 3)):
        desk = desk_of(by_turn(draft=DRAFT, critique="c", refine=BETTER))
        await written(desk, worked=wanted)
        assert desk.calls[0].said.count("### Instruction\n") == shown


async def test_a_bad_reply_is_asked_once_more_and_then_read(desk_of) -> None:
    desk = desk_of(by_turn(draft="Sure!", draft_2=DRAFT, critique="c", refine=BETTER))
    example = await written(desk)
    assert example.lineage["turns"] == ["draft", "draft-2", "critique", "refine"]
    assert "could not find the message" in desk.calls[1].said
    assert "### Instruction" in desk.calls[1].said
    assert "ask_again" in example.lineage["prompts"]
    assert all("Sure!" not in message.content for message in desk.calls[2].messages)


async def test_two_bad_replies_are_a_rejection_with_the_raw_text(desk_of) -> None:
    desk = desk_of(
        by_turn(draft=DRAFT, critique="c", refine="### Instruction\nx", refine_2="### Instruction\ny")
    )
    rejection = await written(desk)
    assert rejection == Rejection(
        "parse:no_response", "### Instruction\ny", "no line that begins the response", ITEM.id
    )
    assert [call.turn for call in desk.calls] == ["draft", "critique", "refine", "refine-2"]


async def test_no_retries_when_none_are_wanted(desk_of) -> None:
    desk = desk_of(by_turn(draft="Sure!"))
    assert (await written(desk, retries=0)).reason == "parse:no_instruction"
    assert len(desk.calls) == 1


@pytest.mark.parametrize("reply", ["### Response\nFlour is cheap.", "Flour is cheap."])
async def test_a_reply_that_was_cut_off_is_repaired(desk_of, reply: str) -> None:
    cut = Reply("### Instruction\nQ?\n### Response\n" + "word " * 100, "length")
    desk = desk_of(by_turn(draft=DRAFT, critique="c", refine=cut, repair=reply))
    example = await written(desk)
    assert (example.instruction, example.output, example.finish) == ("Q?", "Flour is cheap.", "stop")
    assert example.lineage["turns"][-1] == "repair"
    assert "60 words" in desk.calls[-1].said


async def test_an_answer_that_is_cut_off_twice_says_so(desk_of) -> None:
    cut = Reply(BETTER, "length")
    desk = desk_of(by_turn(draft=DRAFT, critique="c", refine=cut, repair=Reply("Flour and", "length")))
    example = await written(desk)
    assert (example.output, example.finish) == ("Flour and", "length")


async def test_a_draft_that_was_cut_off_needs_no_repair(desk_of) -> None:
    desk = desk_of(by_turn(draft=Reply(DRAFT, "length"), critique="c", refine=BETTER))
    assert (await written(desk)).lineage["turns"] == ["draft", "critique", "refine"]


async def test_structured_replies(desk_of) -> None:
    draft, better = ({"instruction": f"Q{n}", "response": f"A{n}"} for n in (1, 2))
    desk = desk_of(
        by_turn(draft=json.dumps(draft), critique="c", refine=f"```json\n{json.dumps(better)}\n```"),
        abilities=Abilities(schema=True),
    )
    example = await written(desk, structured=True, sampling=Sampling(temperature=0.5))
    assert (example.instruction, example.output) == ("Q2", "A2")
    assert [call.sampling.schema for call in desk.calls] == [SCHEMA, None, SCHEMA]
    assert {call.sampling.temperature for call in desk.calls} == {0.5}
    assert "JSON" in desk.calls[0].said
    assert "Begin the message" not in desk.calls[0].said


async def test_a_server_that_ignores_the_schema_is_read_all_the_same(desk_of) -> None:
    desk = desk_of(by_turn(draft=DRAFT, critique="c", refine=BETTER))
    assert (await written(desk, structured=True)).output == "Flour is 40 cents."


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ('{"instruction": "q"}', "no_response"),
        ('{"instruction": "", "response": "a"}', "empty_instruction"),
        ("{", "no_instruction"),
    ],
)
async def test_bad_objects_have_reasons(desk_of, reply: str, reason: str) -> None:
    desk = desk_of(lambda call: reply)
    assert (await written(desk, structured=True)).reason == f"parse:{reason}"


async def test_single_turn_asks_for_the_question_and_then_simply_asks_it(desk_of) -> None:
    desk = desk_of(by_turn(question='"How do I bake cheaply?"', answer="Use flour."))
    example = await written(desk, turns="single-turn", system="Be kind.")
    assert (example.instruction, example.output) == ("How do I bake cheaply?", "Use flour.")
    assert example.lineage["turns"] == ["question", "answer"]
    first, second = desk.calls
    assert [message.role for message in first.messages] == ["system", *["user", "assistant"] * 4, "user"]
    assert first.messages[0].content.startswith("Be kind.\n\n")
    assert first.said == "Topics: baking and budgeting\nKind: Advice (asks what to do)"
    assert [message.content for message in second.messages] == ["Be kind.", "How do I bake cheaply?"]


@pytest.mark.parametrize(
    "reply",
    [
        "Message: How do I bake?",
        "### Instruction\nHow do I bake?\n### Response\nLike this.",
        "How do I bake?\n\nTopics: chess and law\nKind: Plan\nHow do I win?",
        "```\nHow do I bake?\n```",
    ],
)
async def test_a_question_is_freed_of_what_weak_models_add(desk_of, reply: str) -> None:
    desk = desk_of(by_turn(question=reply, answer="So."))
    assert (await written(desk, turns="single-turn")).instruction == "How do I bake?"


@pytest.mark.parametrize(
    "reply", [Reply("How do I", "length"), Reply("word " * 1000), Reply("Topics: a and b")]
)
async def test_what_is_no_question_is_asked_again_and_refused(desk_of, reply: Reply) -> None:
    desk = desk_of(lambda call: reply)
    rejection = await written(desk, turns="single-turn")
    assert rejection.reason in ("parse:not_a_question", "parse:empty_instruction")
    assert [call.turn for call in desk.calls] == ["question", "question-2"]


async def test_single_turn_asks_for_a_shorter_answer_when_it_was_cut_off(desk_of) -> None:
    desk = desk_of(by_turn(question="Why?", answer=Reply("Because of", "length"), repair="Gravity."))
    example = await written(desk, turns="single-turn")
    assert (example.instruction, example.output, example.finish) == ("Why?", "Gravity.", "stop")
    assert desk.calls[-1].said == "Why?\n\nAnswer in a few short sentences."
    assert len(desk.calls[-1].messages) == 1


async def test_an_empty_answer_is_a_rejection(desk_of) -> None:
    desk = desk_of(by_turn(question="Why?", answer=" \n"))
    rejection = await written(desk, turns="single-turn")
    assert (rejection.reason, rejection.text) == ("parse:empty_response", "Why?")


async def test_the_full_conversation_one_part_at_a_time(desk_of) -> None:
    desk = desk_of(
        by_turn(
            question="Why?", answer="So.", critique="Vague.", refine_question="Why now?", refine_answer="Now."
        )
    )
    example = await written(desk, parts="apart")
    assert (example.instruction, example.output) == ("Why now?", "Now.")
    assert example.lineage["turns"] == ["question", "answer", "critique", "refine-question", "refine-answer"]
    assert desk.calls[-1].said == "Vague.\n\nWhy now?"


async def test_short_and_apart_has_no_critique(desk_of) -> None:
    desk = desk_of(by_turn(question="Why?", answer="So.", refine_question="Why now?", refine_answer="Now."))
    example = await written(desk, parts="apart", turns="short")
    assert len(example.lineage["turns"]) == 4
    assert desk.calls[-1].said == "Why now?"


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_worked_example_that_is_written_again_is_refused(desk_of, language: str) -> None:
    shown, other = material("skillmix", "worked_examples.json", language)[:2]
    new = {
        "instruction": other["instruction"],
        "response": other["response"],
    }  # not shown: one is the default
    for question, answer, refused in (
        (shown["instruction"].replace("I", "We"), "Something new.", True),
        ("Something new?", shown["response"][: len(shown["response"]) // 2], True),
        (new["instruction"], new["response"], False),
    ):
        reply = json.dumps({"instruction": question, "response": answer})
        desk = desk_of(by_turn(draft=reply, critique="c", refine=reply))
        result = await written(desk, language=language)
        assert isinstance(result, Rejection) == refused
        assert not refused or result.reason == "parse:copied_example"
