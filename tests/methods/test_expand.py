"""Few instructions into many: the requests, the answers, and whole runs in both languages."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import tutelage
from tutelage import plugins
from tutelage.errors import CallFailed
from tutelage.methods.expand import Expand
from tutelage.methods.method import Materials, State
from tutelage.prompts import steps
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection
from tutelage.teachers.scripted import Scripted

SEEDS = (
    "How do I poach an egg?\nWrite a haiku about rain.\nName three rivers in Asia.\nWhy is the sky blue?\n"
)


def method_of(folder: Path, text: str = SEEDS, **settings: Any) -> Expand:
    path = folder / "seeds.txt"
    path.write_text(text, encoding="utf-8")
    return Expand(seeds_file=path, **settings)


def items(method: Expand, count: int, planned: tuple[Item, ...] = (), seed: int = 1) -> list[Item]:
    return list(islice(method.plan(0, State(seed, 10, Materials(), planned)), count))


async def carried_out(method: Expand, desk: Any) -> list[Example | Rejection]:
    (item,) = items(method, 1)
    return list(await method.write(item, desk.at("generate", item.id)))


def test_it_is_installed_and_both_languages_have_its_steps() -> None:
    assert plugins.load("methods", "expand") is Expand
    assert steps("expand", "en") == steps("expand", "zh") == ["answer", "one", "one_system", "request"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_prompts_say_what_they_are_given(language: Any, desk_of) -> None:
    from_seeded = Expand(language=language)._wording
    (item,) = items(Expand(language=language), 1)
    session = tutelage.methods.prompted.Session(Expand(language=language), desk_of(str).at("x", "y"), item)
    assert from_seeded(session)
    slots = {"domain": "DOMAIN", "rule": "RULE", "boxed": True}
    for step in ("request", "one_system"):
        text = session.word(step, shown=["SHOWN"], wanted=4, **slots)
        assert "DOMAIN" in text
        assert "RULE" in text
    assert r"\boxed{}" in session.word("answer", question="Q", **slots)
    assert session.word("answer", question="Q", domain="", rule="", boxed=False) == "Q"


def test_requests_are_drawn_by_their_number_and_bounded(tmp_path: Path) -> None:
    method = method_of(tmp_path, demonstrations=2, requests=30)
    plan = items(method, 100)
    assert len(plan) == len({item.id for item in plan}) == 30
    assert plan == items(method, 100)
    assert plan != items(method, 100, seed=2)
    assert all(len(set(item.payload["shown"])) == 2 for item in plan)
    assert max(item.occurrence for item in plan) >= 1, "twelve ordered pairs, thirty requests"
    assert {seed for item in plan for seed in item.payload["shown"]} == set(SEEDS.splitlines())
    assert len(items(method_of(tmp_path, demonstrations=9), 1)[0].payload["shown"]) == 4


def test_what_was_planned_comes_first_where_its_seeds_are_there(tmp_path: Path) -> None:
    method = method_of(tmp_path, demonstrations=2, requests=30)
    done = tuple(items(method, 8))
    assert items(method, 100, done) == items(method, 100)
    more = method_of(tmp_path, SEEDS + "What is a fjord?\n", demonstrations=2, requests=30)
    plan = items(more, 100, done)
    assert tuple(plan[:8]) == done
    assert len({item.id for item in plan}) == 30
    fewer = method_of(tmp_path, SEEDS.partition("\n")[2], demonstrations=2, requests=30)
    gone = "How do I poach an egg?"
    left = [item for item in done if gone not in item.payload["shown"]]
    plan = items(fewer, 100, done)
    assert 0 < len(left) < 8
    assert plan[: len(left)] == left
    assert all(gone not in item.payload["shown"] for item in plan)


async def test_every_new_instruction_is_answered_on_its_own(tmp_path: Path, desk_of) -> None:
    def answer(call: Any) -> str:
        if call.turn == "request":
            return (
                "1. Explain how glass is made.\n2. Why is the sky blue today?\n3. Suggest a name for a goat."
            )
        if "goat" in call.said:
            raise CallFailed("the server said no", reason="bad_request", permanent=True)
        return f"About: {call.said}"

    desk = desk_of(answer)
    method = method_of(tmp_path, demonstrations=2)
    example, similar, failed = await carried_out(method, desk)
    assert (example.instruction, example.input) == ("Explain how glass is made.", "")
    assert example.output == "About: Explain how glass is made."
    assert dict(example.cell) == {"source": "seeds.txt"}
    assert example.lineage["turns"][0] == "request"
    assert re.fullmatch(r"answer-[0-9a-f]{12}", example.lineage["turns"][1])
    assert set(example.lineage["prompts"]) == {"request", "answer"}
    assert example.lineage["shown"] == items(method, 1)[0].payload["shown"]
    assert (similar.reason, failed.reason) == ("novelty:too_similar", "call:bad_request")
    assert len(desk.calls) == 3, "what is too similar to a seed is not answered"


async def test_a_reply_without_a_list_costs_one_item(tmp_path: Path, desk_of) -> None:
    desk = desk_of(lambda call: " ")
    (refused,) = await carried_out(method_of(tmp_path), desk)
    assert refused.reason == "parse:no_list"
    assert [call.turn for call in desk.calls] == ["request", "request-2"]


CHINESE = (
    "用三句话介绍皮影戏的来历。",
    "为什么台风的名字会重复使用？",
    "写一段话向外国朋友推荐龙井茶。",
    "怎样判断西瓜熟没熟？",
    "给刚学围棋的孩子讲讲什么是气。",
    "《清明上河图》画的是哪座城市的景象？",
    "把“塞翁失马”改写成现代职场小故事。",
    "乘地铁时礼让老人有哪些得体的说法？",
)


def test_a_whole_run_in_chinese(tmp_path: Path) -> None:
    def answer(request: Any) -> str:
        said = request.messages[-1].content
        if "新请求" not in said:
            return f"关于“{said}”，可以从三个方面来回答。"
        start = sum(map(ord, said)) % len(CHINESE)
        return "\n".join(f"{n}. {CHINESE[(start + n) % len(CHINESE)]}" for n in range(1, 4))

    recipe = Recipe(
        name="expand",
        language="zh",
        teacher=Scripted.of(answer, label="zh"),
        method=Expand(language="zh", per_call=3),
        filters=tuple(
            plugins.load("filters", name)() for name in ("shape", "language", "duplicate", "novelty")
        ),
        target=6,
    )
    result = tutelage.run(recipe, out=tmp_path / "run")
    assert (result.state, result.accepted) == ("finished", 6)
    assert {example.instruction for example in tutelage.read_examples(result.out)} < set(CHINESE)
