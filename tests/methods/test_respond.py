"""Given instructions, answered: candidates, conversations, equal rows, and rows that come later."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import tutelage
from tutelage import plugins
from tutelage.errors import BadInput, CallFailed
from tutelage.filters.duplicate import Duplicate
from tutelage.methods import respond
from tutelage.methods.method import Materials, State
from tutelage.methods.respond import Respond
from tutelage.prompts import languages, load, steps
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection, Reply
from tutelage.teachers.scripted import Scripted

CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is yeast?"},
    {"role": "assistant", "content": "A fungus."},
    {"role": "user", "content": "And lichen?"},
    {"role": "assistant", "content": "An old answer."},
]


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "asked.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def items(method: Respond, planned: tuple[Item, ...] = ()) -> list[Item]:
    return list(method.plan(0, State(1, 10, Materials(), planned)))


async def carried_out(method: Respond, desk: Any) -> list[Example | Rejection]:
    return [each for item in items(method) for each in await method.write(item, desk.at("generate", item.id))]


def test_it_is_installed_and_both_languages_have_its_steps() -> None:
    assert plugins.load("methods", "respond") is Respond
    assert languages("respond") == ["en", "zh"]
    for language in ("en", "zh"):
        assert steps("respond", language) == ["answer"]
        assert load("respond", "answer", language).render(question="{{ x }}?") == "{{ x }}?"


async def test_a_row_is_asked_as_it_stands_and_its_old_answer_goes(tmp_path: Path, desk_of) -> None:
    row = {"instruction": "Translate.", "input": "Baum", "output": "old", "license": "MIT"}
    desk = desk_of(lambda call: " tree ")
    method = Respond(seeds_file=written(tmp_path, row), system="Be kind.")
    (example,) = await carried_out(method, desk)
    assert [each.content for each in desk.calls[0].messages] == ["Be kind.", "Translate.\nBaum"]
    assert (example.instruction, example.input, example.output) == ("Translate.", "Baum", "tree")
    assert (example.system, example.licence, dict(example.cell)) == (
        "Be kind.",
        "MIT",
        {"source": "asked.jsonl"},
    )
    assert example.lineage["turns"] == ["answer-1"]


async def test_of_a_conversation_the_last_user_turn_is_answered(tmp_path: Path, desk_of) -> None:
    desk = desk_of(lambda call: "A fungus with an alga.")
    (example,) = await carried_out(Respond(seeds_file=written(tmp_path, {"messages": CHAT})), desk)
    assert [each.as_dict() for each in desk.calls[0].messages] == CHAT[:4]
    assert [each.as_dict() for each in example.messages[:-1]] == CHAT[:4]
    assert (example.instruction, example.output) == ("And lichen?", "A fungus with an alga.")


async def test_candidates_are_examples_of_their_own(tmp_path: Path, desk_of) -> None:
    desk = desk_of(lambda call: f"It is {call.turn}.")
    method = Respond(seeds_file=written(tmp_path, {"instruction": "Why?"}), candidates=3)
    found = await carried_out(method, desk)
    assert [each.output for each in found] == ["It is answer-1.", "It is answer-2.", "It is answer-3."]
    assert len({each.id for each in found}) == 3
    assert [each.cell["candidate"] for each in found] == ["1", "2", "3"]
    assert [each.lineage["turns"] for each in found] == [["answer-1"], ["answer-2"], ["answer-3"]]


async def test_the_longest_candidate_may_be_kept_alone_and_nothing_is_lost(tmp_path: Path, desk_of) -> None:
    said = {"answer-1": "One two.", "answer-2": "One two three.", "answer-3": " "}
    desk = desk_of(lambda call: said[call.turn])
    method = Respond(seeds_file=written(tmp_path, {"instruction": "Why?"}), candidates=3, keep="longest")
    found = await carried_out(method, desk)
    assert [each.output for each in found if isinstance(each, Example)] == ["One two three."]
    refused = [each.reason for each in found if isinstance(each, Rejection)]
    assert sorted(refused) == ["parse:empty_answer", "respond:not_longest"]


async def test_a_call_that_fails_costs_its_candidate_alone(tmp_path: Path, desk_of) -> None:
    def answer(call: Any) -> str:
        if call.turn == "answer-1":
            raise CallFailed("the server said no", reason="bad_request", permanent=True)
        return "Because."

    method = Respond(seeds_file=written(tmp_path, {"instruction": "Why?"}), candidates=2)
    example, refused = await carried_out(method, desk_of(answer))
    assert (example.output, refused.reason) == ("Because.", "call:bad_request")


async def test_an_answer_that_is_cut_off_is_asked_for_shorter(tmp_path: Path, desk_of) -> None:
    def answer(call: Any) -> Reply:
        return Reply("Short.") if call.turn.endswith("shorter") else Reply("Long and", finish="length")

    desk = desk_of(answer)
    (example,) = await carried_out(Respond(seeds_file=written(tmp_path, {"instruction": "Why?"})), desk)
    assert (example.output, example.finish) == ("Short.", "stop")
    assert [each.role for each in desk.calls[1].messages] == ["user", "assistant", "user"]
    assert [each.role for each in example.messages] == ["user", "assistant"]


async def test_own_wording_is_asked_and_not_kept(tmp_path: Path, desk_of) -> None:
    desk = desk_of(lambda call: "Because.")
    prompts = {"answer": "Answer as a teacher: {{ question }}"}
    (example,) = await carried_out(
        Respond(seeds_file=written(tmp_path, {"query": "Why?"}), prompts=prompts), desk
    )
    assert desk.calls[0].said == "Answer as a teacher: Why?"
    assert example.instruction == "Why?"


def test_equal_rows_are_items_of_their_own_and_added_rows_move_none(tmp_path: Path) -> None:
    method = Respond(seeds_file=written(tmp_path, {"query": "Why?"}, {"query": "How?"}, {"query": "Why?"}))
    first = items(method)
    assert len({item.id for item in first}) == 3
    assert [item.occurrence for item in first] == [0, 0, 1]
    written(tmp_path, {"query": "When?"}, {"query": "Why?"}, {"query": "How?"}, {"query": "Why?"})
    again = items(method, tuple(first[:2]))
    assert again[:2] == first[:2]
    assert {item.id for item in again} > {item.id for item in first}
    assert len(again) == 4
    written(tmp_path, {"query": "How?"})
    assert [item.payload["instruction"] for item in items(method, tuple(first))] == ["How?"]


def test_the_file_is_read_as_the_plan_is_wanted(tmp_path: Path) -> None:
    path = written(tmp_path, {"query": "Why?"}, {"query": ""})
    plan = Respond(seeds_file=path).plan(0, State(1, 10, Materials()))
    assert [item.payload["instruction"] for item in islice(plan, 1)] == ["Why?"]


async def test_a_bad_row_far_below_is_found_before_anything_is_paid(tmp_path: Path, desk_of) -> None:
    path = written(tmp_path, *[{"query": f"Why {number}?"} for number in range(50)], {"query": ""})
    with pytest.raises(BadInput, match="no instruction") as caught:
        await Respond(seeds_file=path).prepare(desk_of(lambda call: ""), 1)
    assert caught.value.where.endswith("asked.jsonl:51")


def test_a_whole_run_in_chinese_answers_every_row_once(tmp_path: Path) -> None:
    path = tmp_path / "提问.txt"
    path.write_text("为什么天是蓝的？\n请写一句问候。\n水在多少度沸腾？\n", encoding="utf-8")
    teacher = Scripted.of(lambda request: f"这是对“{request.messages[-1].content}”的回答。", label="zh")
    recipe = Recipe(
        name="respond",
        language="zh",
        teacher=teacher,
        method=Respond(seeds_file=path, language="zh", candidates=2),
        filters=(Duplicate(on="row"),),
        target=10,
    )
    result = tutelage.run(recipe, out=tmp_path / "run")
    assert result.accepted == 3  # the scripted teacher says the same twice, so half are duplicates
    assert result.rejected == {"duplicate:exact": 3}
    assert result.reason.startswith("the plan is exhausted: 3 items")
    again = tutelage.run(recipe, out=tmp_path / "run")
    assert again.sent == 0


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no rows"),
        ('{"query": "Why?"}\n'.encode("utf-16"), "UTF-16"),
        ('{"query": "Où?"}\n'.encode("latin-1"), "not UTF-8"),
        (b'{"query": "Wh', "cut off"),
        (b'{"qestion": "Why?"}\n', "qestion"),
    ],
)
def test_a_file_that_a_run_would_refuse_is_refused_at_once(
    tmp_path: Path, content: bytes, match: str
) -> None:
    path = tmp_path / "asked.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=match) as caught:
        Respond(seeds_file=path)
    assert "asked.jsonl" in caught.value.where


async def test_of_a_long_file_only_what_is_wanted_is_read(tmp_path: Path, desk_of, monkeypatch) -> None:
    path = written(tmp_path, *[{"query": f"Why {number}?"} for number in range(5000)])
    method, read = Respond(seeds_file=path), []
    rows = respond.each_asked
    monkeypatch.setattr(respond, "each_asked", lambda file: (read.append(row) or row for row in rows(file)))
    await method.prepare(desk_of(lambda call: ""), 1)
    assert len(read) == 1000
    read.clear()
    planned = tuple(islice(method.plan(0, State(1, 10, Materials())), 4))
    ahead = tuple(islice(method.plan(0, State(1, 10, Materials(), planned[1:])), 4))
    assert ahead == (*planned[1:], planned[0])
    assert len(read) <= 4 + 4 + 1
