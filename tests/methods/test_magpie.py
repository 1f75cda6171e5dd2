"""Magpie: the user's turn from the raw template, then its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from loopback import Act, Loopback, Script
from tutelage import prompts
from tutelage.asking import Abilities
from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.methods.magpie import Magpie
from tutelage.methods.method import Materials, State
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection, Reply
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.openai import OpenAI
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

RAW = Abilities(raw=True)
QUESTION = "How do I sharpen a knife?\nI have only a brick."


def state(planned: Sequence[Item] = (), seed: int = 7) -> State:
    return State(seed, 3, Materials(), planned)


def first(method: Magpie, count: int = 1, **rest: Any) -> list[Item]:
    return list(islice(method.plan(0, state(**rest)), count))


def answering(call: Any) -> str:
    return QUESTION if call.prompt else "Draw it along the brick at a low angle."


async def written(method: Magpie, desk: Any) -> Sequence[Example | Rejection]:
    (item,) = first(method)
    return await method.write(item, desk.at("generate", item.id))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_wording_is_there_in_both_languages(language: str) -> None:
    assert prompts.steps("magpie", language) == ["steer"]
    wording = prompts.load("magpie", "steer", language)
    assert "bees" in wording.render(topic="bees")
    assert wording.render(topic="")


async def test_the_model_writes_the_users_turn_and_answers_it(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(answering, abilities=RAW)
    (example,) = await written(Magpie(), desk)
    assert isinstance(example, Example)
    assert example.instruction == QUESTION, "a question may have several lines"
    assert example.output.startswith("Draw it")
    raw, chat = desk.calls
    assert raw.prompt == "<|im_start|>user\n"
    assert (raw.sampling.temperature, raw.sampling.top_p) == (1.0, 1.0)
    assert "\n" not in raw.sampling.stop
    assert "<|im_end|>" in raw.sampling.stop
    assert [each.as_dict() for each in chat.messages] == [{"role": "user", "content": QUESTION}]
    assert chat.sampling.temperature == 0.0
    assert example.lineage["turns"] == ["question-1", "answer-1"]


async def test_a_topic_steers_the_slot_but_not_the_answer(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(answering, abilities=RAW)
    (example,) = await written(Magpie(topics=("kitchen tools",), system="Be brief."), desk)
    assert isinstance(example, Example)
    assert "Be brief." in desk.calls[0].prompt
    assert "kitchen tools" in desk.calls[0].prompt
    assert desk.calls[1].messages[0].content == "Be brief."
    assert example.cell == {"topic": "kitchen tools"}
    assert example.system == "Be brief."


async def test_chinese_is_steered_to(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(lambda call: "怎样磨刀？" if call.prompt else "把刀贴着石头来回磨。", abilities=RAW)
    (example,) = await written(Magpie(language="zh", topics=("厨房",)), desk)
    assert isinstance(example, Example)
    assert "中文" in desk.calls[0].prompt
    assert "厨房" in desk.calls[0].prompt
    assert (example.instruction, example.output) == ("怎样磨刀？", "把刀贴着石头来回磨。")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Reply("  \n"), "parse:empty_instruction"),
        (Reply("How do I", "length"), "parse:unfinished"),
        (Reply("How?<|im_start|>assistant"), "parse:role_mark"),
        (Reply("How?\nassistant\nLike this."), "parse:role_mark"),
        (Reply("How? [/INST] So."), "parse:role_mark"),
    ],
)
async def test_a_turn_that_is_no_question_is_refused(
    desk_of: Callable[..., Any], said: Reply, code: str
) -> None:
    desk = desk_of(lambda call: said, abilities=RAW)
    (result,) = await written(Magpie(ask_again=1), desk)
    assert isinstance(result, Rejection)
    assert (result.reason, result.text) == (code, said.text)
    assert [call.turn for call in desk.calls] == ["question-1", "question-1-try-2"]
    assert len({call.sampling.seed for call in desk.calls}) == 2, "another try is another draw"


async def test_a_conversation_goes_on_from_its_history(desk_of: Callable[..., Any]) -> None:
    replies = iter(["One?", "First.", "Two?", "Second."])
    desk = desk_of(lambda call: next(replies), abilities=RAW)
    (example,) = await written(Magpie(template="llama3", turns=2), desk)
    assert isinstance(example, Example)
    assert [each.role for each in example.messages] == ["user", "assistant", "user", "assistant"]
    assert [each.content for each in example.messages] == ["One?", "First.", "Two?", "Second."]
    assert example.instruction == "Two?"
    assert "One?<|eot_id|>" in desk.calls[2].prompt
    assert desk.calls[2].prompt.endswith("<|start_header_id|>user<|end_header_id|>\n\n")
    assert [call.turn for call in desk.calls] == ["question-1", "answer-1", "question-2", "answer-2"]
    assert len(desk.calls[3].messages) == 3


async def test_what_was_said_before_a_bad_turn_is_kept(desk_of: Callable[..., Any]) -> None:
    replies = iter(["One?", "First.", "", ""])
    desk = desk_of(lambda call: next(replies), abilities=RAW)
    example, refused = await written(Magpie(turns=3), desk)
    assert isinstance(example, Example)
    assert isinstance(refused, Rejection)
    assert (example.instruction, example.output) == ("One?", "First.")
    assert refused.reason == "parse:empty_instruction"


async def test_an_answer_that_was_cut_off_ends_the_conversation(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(lambda call: "One?" if call.prompt else Reply("Fir", "length"), abilities=RAW)
    (example,) = await written(Magpie(turns=3), desk)
    assert isinstance(example, Example)
    assert (example.finish, len(example.messages)) == ("length", 2)
    assert [call.turn for call in desk.calls] == ["question-1", "answer-1", "answer-1-shorter"]


async def test_an_empty_answer_is_refused_with_its_question(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(lambda call: "One?" if call.prompt else " ", abilities=RAW)
    (refused,) = await written(Magpie(), desk)
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.text) == ("parse:empty_answer", "One?")


async def test_answers_may_come_from_the_raw_template_too(desk_of: Callable[..., Any]) -> None:
    replies = iter(["One?", "First."])
    desk = desk_of(lambda call: next(replies), abilities=RAW)
    (example,) = await written(Magpie(template="gemma", answer="raw"), desk)
    assert isinstance(example, Example)
    assert desk.calls[1].prompt == "<start_of_turn>user\nOne?<end_of_turn>\n<start_of_turn>model\n"
    assert example.output == "First."


async def test_a_text_of_ones_own_opens_the_slot(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(answering, abilities=RAW)
    await written(Magpie(pre_query="[ask] ", stop=("[end]",)), desk)
    assert desk.calls[0].prompt == "[ask] "
    assert desk.calls[0].sampling.stop == ("[end]",)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"pre_query": "[ask] "}, "ends the user's turn"),
        ({"pre_query": "[ask] ", "stop": ("x",), "turns": 2}, "'turns' cannot be had"),
        ({"pre_query": "[ask] ", "stop": ("x",), "topics": ("a",)}, "'topics' cannot be had"),
        ({"pre_query": "[ask] ", "stop": ("x",), "answer": "raw"}, "'answer' cannot be had"),
        ({"preset": "medicine"}, "did you mean 'medical'"),
    ],
)
def test_settings_that_do_not_go_together_are_told(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Magpie(**settings)


def test_items_differ_and_take_topics_by_turns() -> None:
    method = Magpie(topics=("a", "b"), requests=50)
    items = list(method.plan(0, state()))
    assert len({item.id for item in items}) == len({item.payload["seed"] for item in items}) == 50
    assert [item.cell["topic"] for item in items[:4]] == ["a", "b", "a", "b"]
    json.dumps([dict(item.payload) for item in items])
    assert items != list(method.plan(0, state(seed=8)))


def test_a_topic_that_is_added_moves_no_planned_item() -> None:
    before = first(Magpie(topics=("a", "b")), 6)
    after = first(Magpie(topics=("a", "c", "b")), 12, planned=before)
    assert after[:6] == before
    assert len({item.id for item in after}) == 12
    assert "c" in {item.cell["topic"] for item in after}
    without = first(Magpie(topics=("b",)), 6, planned=before)
    assert [item.id for item in without[:3]] == [item.id for item in before if item.cell["topic"] == "b"]


def test_a_preset_gives_its_topics() -> None:
    items = first(Magpie(preset="medical"), 3)
    assert all(item.cell["topic"] for item in items)


async def test_a_whole_run_and_its_replay(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        return (
            f"What is {request.sampling.seed}?"
            if request.prompt
            else f"It is known: {request.messages[-1].content}"
        )

    method = Magpie(topics=("numbers",))
    recipe = Recipe(name="m", teacher=Scripted.of(answer), method=method, filters=(Duplicate(),), target=4)
    result = await execute(recipe, tmp_path)
    assert (result.accepted, result.reason) == (4, "")
    assert (await execute(recipe, tmp_path)).sent == 0
    assert all(example.instruction in example.output for example in kept_examples(tmp_path))


async def test_a_server_with_raw_completions_will_do(loopback: Callable[..., Any], tmp_path: Path) -> None:
    def decide(number: int, body: dict[str, Any]) -> Act:
        said = (
            f"Which fruit has number {body['seed']}?"
            if "prompt" in body
            else "The apple, as everybody knows."
        )
        return Act(text=said)

    server: Loopback = await loopback(Script(decide=decide, keep_bodies=True))
    teacher = OpenAI(base_url=server.url, model="local", raw="on")
    recipe = Recipe(
        name="m", teacher=teacher, method=Magpie(template="mistral"), filters=(Duplicate(),), target=3
    )
    result = await execute(recipe, tmp_path)
    assert result.accepted == 3
    asked = [body for body in server.count.bodies if "prompt" in body]
    assert {body["prompt"] for body in asked} == {"[INST] "}
    assert all("[/INST]" in body["stop"] for body in asked)
