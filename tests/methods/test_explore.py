"""Explore-Instruct: the tree, the batches, and whole runs with a scripted teacher."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutelage.api import load_recipe
from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.filters.novelty import Novelty
from tutelage.methods.explore import Explore
from tutelage.methods.method import State
from tutelage.methods.seeding.presets import preset
from tutelage.methods.trees.tree import Node, Tree, read_tree, render_tree, write_folder
from tutelage.prompts import steps
from tutelage.recipe.model import Recipe
from tutelage.records import Example
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted

NOUNS = [
    "harbour",
    "violin",
    "glacier",
    "market",
    "engine",
    "orchard",
    "lantern",
    "voyage",
    "bakery",
    "storm",
]


def lines(number: int) -> str:
    return "\n".join(f"- {NOUNS[n % 10]} {NOUNS[n // 10 % 10]} {n}: why" for n in range(number, number + 9))


class World:
    """A teacher that explores and writes batches; no two of its texts are alike."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, said: str) -> str:
        self.made += 1
        if "Task to split" in said or "Task to complete" in said:
            return lines(self.made * 9)
        found = re.search(r"Write (\d+) (?:further )?example", said)
        task = re.search(r"^Task: (.*)", said, re.MULTILINE)
        assert found
        assert task
        return "\n".join(self.example(number, task[1]) for number in range(int(found[1])))

    def example(self, number: int, task: str) -> str:
        name = f"{self.made}-{number}"
        return (
            f"### Example {number}\nInstruction: Tell {name} of {task}.\nInput: None\nOutput: It is {name}."
        )


def tree_of(run: Path) -> Tree:
    return read_tree(next(run.rglob("tree.json")))


def recipe(method: Explore, world: Callable[[str], str], **rest: Any) -> Recipe:
    teacher = Scripted.of(lambda request: world(request.messages[-1].content))
    return Recipe(**{"name": "x", "teacher": teacher, "method": method, "filters": (Duplicate(),), **rest})


async def test_a_run_fills_all_tasks_evenly(tmp_path: Path) -> None:
    method = Explore(domain="Root", depth=2, breadth=(3, 2))
    result = await execute(recipe(method, World(), target=30), tmp_path)
    assert result.state == "finished"
    tree = tree_of(tmp_path)
    assert (tree.task_count, tree.depth) == (10, 2)
    by_task = Counter(example.cell["task"] for example in kept_examples(tmp_path))
    assert set(by_task) == {visit.node.name for visit in tree.walk()}
    assert set(by_task.values()) == {3}
    deep = next(each for each in kept_examples(tmp_path) if len(each.lineage["path"]) == 3)
    assert deep.lineage["path"][0] == "Root"
    assert deep.lineage["path"][-1] == deep.cell["task"]


async def test_depth_nought_is_self_instruct_in_the_domain(tmp_path: Path) -> None:
    world = World()
    result = await execute(recipe(Explore(domain="Root", depth=0), world, target=25), tmp_path)
    assert (result.state, result.accepted) == ("finished", 25)
    assert tree_of(tmp_path).task_count == 1
    assert world.made <= 6


class Careless(World):
    """Of its batches a third cannot be read, and a third is half empty."""

    def __call__(self, said: str) -> str:
        reply = super().__call__(said)
        if "Task to" in said or self.made % 3 == 0:
            return reply
        return "No." if self.made % 3 == 1 else re.sub(r"Output: It is \d+-[13579]\.", "", reply)


@pytest.mark.parametrize("steps", [(9, 60), (20, 21, 90), (40, 41, 42)])
async def test_a_raised_target_keeps_what_was_accepted(tmp_path: Path, steps: tuple[int, ...]) -> None:
    method = Explore(domain="Root", depth=1, breadth=(3,), ask_again=0)
    world, before = Careless(), list[str]()
    for target in steps:
        result = await execute(recipe(method, world, target=target), tmp_path)
        after = list(kept_examples(tmp_path))
        assert result.accepted == target
        assert [each.id for each in after][: len(before)] == before
        before = [each.id for each in after]
    counts = Counter(each.cell["task"] for each in after).values()
    assert max(counts) - min(counts) <= 15  # one batch and a half


async def test_a_stubborn_teacher_ends_the_run(tmp_path: Path) -> None:
    method = Explore(domain="Root", depth=2, batch=2, fruitless=2, calls_per_round=1)
    for number, reply in enumerate(("- Same: x", "junk", "Instruction: Same thing.\nOutput: Same.")):
        world = recipe(method, lambda said, reply=reply: reply, target=50)
        result = await execute(world, tmp_path / str(number))
        assert result.state == "short"
        assert result.accepted <= 2


async def test_the_demo_tree_is_extended_by_a_run_without_loss(shared_data: Path, tmp_path: Path) -> None:
    given = read_tree(shared_data / "explore-instruct" / "demo_domain")
    given.root.children[2].pruned = "a person"
    (tmp_path / "tree.json").write_text(render_tree(given), encoding="utf-8")
    method = Explore(tree_file=tmp_path / "tree.json", depth=2, breadth=(9, 1))
    result = await execute(recipe(method, World(), target=40), tmp_path / "run")
    assert result.accepted == 40
    grown = tree_of(tmp_path / "run")
    assert (grown.task_count, grown.example_count) == (
        21,
        4433,
    )  # 2 more at the root, as one of 8 is pruned, and one below each
    for old, new in zip(given.root.children, grown.root.children, strict=False):
        assert (old.name, old.reason, old.examples) == (new.name, new.reason, new.examples)
    assert given.root.children[2].name not in {each.cell["task"] for each in kept_examples(tmp_path / "run")}
    write_folder(grown, tmp_path / "folder")
    assert read_tree(tmp_path / "folder") == grown


async def test_novelty_can_look_at_one_task_alone(tmp_path: Path) -> None:
    def world(said: str) -> str:
        task = re.search(r"^Task: (.*)", said, re.MULTILINE)
        return "Instruction: Tell me all about the weather.\nOutput: It rains." if task else lines(0)

    method = Explore(domain="Root", depth=1, breadth=(2,), fruitless=1, batch=1)
    for scope, expected in (("all", 1), ("task", 3)):
        filters = (Novelty(scope=scope),)
        result = await execute(recipe(method, world, target=10, filters=filters), tmp_path / scope)
        assert result.accepted == expected


async def test_demonstrations_come_from_the_task_then_from_above() -> None:
    row = {"instruction": "Own?", "input": "", "output": "Yes."}
    tree = Tree(
        Node(
            "Root", examples=[row | {"instruction": "Top?"}], children=[Node("A", examples=[row]), Node("B")]
        )
    )
    accepted = tuple(
        Example.single_turn(f"{task}?", "N.", id=task, cell={"task": task}, lineage={"round": 0, "first": 1})
        for task in ("Root", "A", "B")
    )
    method = Explore(domain="Root")

    class Materials:
        content = tree

    def shown(round: int, accepted: tuple[Example, ...]) -> dict[str, list[str]]:
        items = method.plan(round, State(1, 3, Materials(), (), accepted))
        return {
            item.cell["task"]: sorted(one["instruction"] for one in item.payload["demonstrations"])
            for item in items
        }

    assert shown(0, ()) == {"Root": ["Top?"], "A": ["Own?"], "B": ["Top?"]}
    assert shown(1, accepted) == {"Root": ["Root?", "Top?"], "A": ["A?", "Own?"], "B": ["B?"]}


async def test_a_plan_keeps_what_was_planned_and_drops_tasks_that_are_gone() -> None:
    class Materials:
        content = Tree(Node("Root", children=[Node("A"), Node("B")]))

    method = Explore(domain="Root", calls_per_round=1)
    state = State(1, 3, Materials())
    planned = list(method.plan(0, state))
    assert {item.cell["task"] for item in planned} == {"Root", "A", "B"}
    again = list(method.plan(0, State(1, 300, state.materials, planned[1:])))
    assert again == [*planned[1:], planned[0]]
    Materials.content.root.children.pop()
    left = list(method.plan(0, State(1, 3, state.materials, planned)))
    assert left == [item for item in planned if item.cell["task"] != "B"]


def test_bad_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing says what to explore"):
        Explore()
    with pytest.raises(BadInput, match="tree import"):
        Explore(tree_file=tmp_path)
    (tmp_path / "tree.json").write_text("[]")
    with pytest.raises(BadInput, match="no parent"):
        Explore(tree_file=tmp_path / "tree.json")
    with pytest.raises(BadInput, match="preset"):
        Explore(preset="rewritting")
    with pytest.raises(BadInput, match="no name for a task"):
        Explore(domain="a\x00b")
    assert Explore(domain="x", breadth=4).breadth == (4,)


def test_both_languages_have_the_same_steps() -> None:
    assert steps("explore", "en") == steps("explore", "zh")
    for name in ("brainstorming", "rewriting", "mathematics"):
        english, chinese = preset(name, "en"), preset(name, "zh")
        assert len(english.seeds) == len(chinese.seeds) >= 3
        assert len(english.topics) == len(chinese.topics)
        assert all(seed.output for seed in (*english.seeds, *chinese.seeds))
        assert english.boxed == chinese.boxed == (name == "mathematics")


def test_the_chinese_recipe_runs(tmp_path: Path) -> None:
    """The shipped recipe with the default filters, which must tell Chinese texts apart."""
    made = Counter[str]()
    places = [
        "春天的公园",
        "夜里的车站",
        "雨后的山路",
        "海边的渔村",
        "冬日的集市",
        "清晨的厨房",
        "老城的巷子",
        "放学的路上",
    ]
    ways = ["写得更活泼", "压缩成一句话", "说给孩子听", "改成公文", "改成诗", "加上比喻", "换成长辈的口气"]

    def world(said: str) -> str:
        made["calls"] += 1
        if "要拆分的任务" in said or "要补全的任务" in said:
            return "1. 改写道歉信：向人认错\n2. 缩短新闻稿：突出重点\n3. 改写道歉信吧：重复"
        number = made["calls"]
        place, way = places[number % 8], ways[number % 7]
        asked = f"指令：{way}，写{place}。\n输入：{place}很安静。"
        return f"### 示例 1\n{asked}\n输出：{place}里一点声音也没有，{way}。"

    given = load_recipe(
        Path(__file__).parents[2] / "examples" / "explore-zh.yaml",
        ["target=9", "method.depth=1", "method.breadth=[2]"],
    )
    teacher = Scripted.of(lambda request: world(request.messages[-1].content))
    result = asyncio.run(execute(dataclasses.replace(given, teacher=teacher), tmp_path))
    rows = list(kept_examples(tmp_path))
    assert result.accepted == 9
    assert {row.cell["task"] for row in rows} == {"改写文字", "改写道歉信", "缩短新闻稿"}
    assert "，写" in rows[0].instruction
    assert result.rejected["novelty:similar_task"] >= 1


def test_the_report_tells_how_even_it_is(tmp_path: Path) -> None:
    result = asyncio.run(
        execute(recipe(Explore(domain="Root", depth=1, breadth=(2,)), World(), target=6), tmp_path)
    )
    assert result.accepted == 6
    told = json.loads((tmp_path / "dataset" / "report.json").read_text())
    assert told["examples_by_task"] == {visit.node.name: 2 for visit in tree_of(tmp_path).walk()}
