"""What SkillTree gathers before it plans: a tree, skills at its leaves, types; in English and in Chinese."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from leaves import TYPES, items, no_calls, pairs, tree_file
from tutelage.errors import BadInput, CallFailed, TutelageError
from tutelage.methods.mixing.leaf_skills import read_leaf_skills
from tutelage.methods.skilltree import SkillTree
from tutelage.methods.trees.tree import read_tree
from tutelage.records import Example


def teacher(call: Any) -> str:
    """Names skills for each leaf; "baggage" is named at two leaves, "Visas" gets none."""
    step = call.stage.removeprefix("skills/")
    topic = re.search(r"Topic: (.+)", call.messages[0].content)
    if step == "skills_for_topic" and topic:
        return " " if topic[1] == "Visas" else f"- {topic[1].lower()} checks\n- baggage\n- third\n- fourth"
    return {
        "query_types": "### Advice\nDefinition: asks what to do\n\n### Plan\nDefinition: wants steps",
        "generate": "### Instruction\nWhat shall I pack?\n### Response\nOne bag.",
    }[step]


async def test_skills_are_asked_for_at_the_leaves_of_a_given_tree(desk_of, tmp_path: Path) -> None:
    desk = desk_of(teacher)
    file = tree_file(tmp_path, {"name": "Trains", "children": ["Night trains"]}, "Planes", "Visas")
    method = SkillTree(tree_file=file, skills_per_leaf=2)
    made = await method.prepare(desk, 1)
    assert json.loads(made.files["leaf_skills.json"]) == {
        "Night trains": ["night trains checks", "baggage"],
        "Planes": ["planes checks"],
        "Visas": ["Visas"],
    }
    assert [rejection.reason for rejection in made.rejections] == ["parse:no_list"]
    assert all(
        "Field: travel" in call.said for call in desk.calls if "topic" in call.stage and "-2" not in call.turn
    )
    plan = items(method, made, 3)
    assert len(pairs(plan)) == 3
    [example] = await method.write(plan[0], desk.at("generate", plan[0].id))
    assert isinstance(example, Example)
    assert example.lineage["leaves"] == plan[0].payload["leaves"]
    assert "travel" in desk.calls[-3].said or "travel" in desk.calls[-3].messages[0].content


async def test_what_was_written_feeds_back_as_the_same_plan(desk_of, tmp_path: Path) -> None:
    first = SkillTree(tree_file=tree_file(tmp_path, "Trains", "Planes", "Visas"), skills_per_leaf=2)
    made = await first.prepare(desk_of(teacher), 1)
    folder = tmp_path / "materials"
    folder.mkdir()
    for name, text in made.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert read_tree(folder / "tree.json").task_count == 4
    assert list(read_leaf_skills(folder / "leaf_skills.json")) == ["Trains", "Planes", "Visas"]
    second = SkillTree(
        tree_file=folder / "tree.json",
        skills_file=folder / "leaf_skills.json",
        query_types_file=folder / "query_types.md",
    )
    assert items(second, await second.prepare(desk_of(no_calls), 1)) == items(first, made)


async def test_only_the_leaves_without_given_skills_are_asked_about(desk_of, tmp_path: Path) -> None:
    given = tmp_path / "skills.json"
    given.write_text('{"trains": ["reading timetables"]}', encoding="utf-8")
    desk = desk_of(teacher)
    file = tree_file(tmp_path, "Trains", "Planes")
    made = await SkillTree(tree_file=file, skills_file=given, query_types="shipped").prepare(desk, 1)
    assert [re.findall("Topic: (.+)", call.said) for call in desk.calls] == [["Planes"]]
    assert json.loads(made.files["leaf_skills.json"])["Trains"] == ["reading timetables"]
    given.write_text('{"Trams": ["x"]}', encoding="utf-8")
    with pytest.raises(BadInput, match="no leaf called 'Trams'"):
        await SkillTree(tree_file=file, skills_file=given).prepare(desk, 1)


async def test_a_teacher_that_is_not_there_is_said_so(desk_of, tmp_path: Path) -> None:
    def gone(call: Any) -> str:
        raise CallFailed("cannot connect", reason="network", permanent=False)

    with pytest.raises(TutelageError, match="did not answer"):
        await SkillTree(tree_file=tree_file(tmp_path, "Trains", "Planes")).prepare(desk_of(gone), 1)


EXPLORED = {
    "travel": ["Crossing borders", "Riding trains"],
    "Crossing borders": ["Filling in a visa form", "Declaring goods at customs"],
    "Riding trains": ["Booking a sleeper berth", "Catching a tight connection"],
    "社区办事": ["看病报销", "租房纠纷", "接送孩子"],
}


def explorer(call: Any) -> str:
    """Names tasks from a table, whoever asks, and else answers as ``teacher`` does."""
    if call.stage.startswith("explore/"):
        target = re.search(r"Task to split: (.+)", call.messages[0].content)
        told = EXPLORED[target[1]] if target else []
        return "\n".join(f"{name}: it belongs here" for name in told)
    return teacher(call)


async def test_a_domain_alone_is_explored_first(desk_of) -> None:
    desk = desk_of(explorer)
    method = SkillTree(domain="travel", breadth=(2, 2), skills_per_leaf=2, turns="short")
    made = await method.prepare(desk, 1)
    leaves = [*EXPLORED["Crossing borders"], *EXPLORED["Riding trains"]]
    assert list(json.loads(made.files["leaf_skills.json"])) == leaves
    assert [each["name"] for each in json.loads(made.files["tree.json"])["children"]] == EXPLORED["travel"]
    assert Counter(desk.stages) == {
        "explore/lookahead": 3,
        "skills/skills_for_topic": 4,
        "skills/query_types": 1,
    }
    assert "domain" not in items(method, made, 1)[0].payload
    assert len(pairs(items(method, made, 6))) == 6


async def test_a_weak_teacher_is_asked_for_one_name_at_a_time(desk_of) -> None:
    desk = desk_of(lambda call: "Riding trains" if call.stage.startswith("explore/") else teacher(call))
    method = SkillTree(domain="travel", breadth=(1,), depth=1, skills_per_leaf=2, turns="single-turn")
    made = await method.prepare(desk, 1)
    (asked,) = [call for call in desk.calls if call.stage.startswith("explore/")]
    assert len(asked.messages) > 3  # worked examples as earlier turns
    assert list(json.loads(made.files["leaf_skills.json"])) == ["Riding trains"]


async def test_a_teacher_that_finds_no_task_leaves_one_leaf(desk_of) -> None:
    desk = desk_of(lambda call: " " if call.stage.startswith("explore/") else teacher(call))
    method = SkillTree(domain="travel", skills_per_leaf=3, query_types=TYPES)
    made = await method.prepare(desk, 1)
    assert json.loads(made.files["leaf_skills.json"]) == {"travel": ["travel checks", "baggage", "third"]}
    assert len(items(method, made)) == 9
    assert made.rejections


async def test_exploring_with_nobody_there_is_said_so(desk_of) -> None:
    def gone(call: Any) -> str:
        raise CallFailed("cannot connect", reason="network", permanent=False)

    with pytest.raises(TutelageError, match="did not answer when it was asked for tasks"):
        await SkillTree(domain="travel").prepare(desk_of(gone), 1)


async def test_chinese_from_end_to_end(desk_of) -> None:
    def answer(call: Any) -> str:
        assert not re.search(r"[A-Za-z]{4,}", call.messages[0].content)
        if call.stage.startswith("explore/"):
            return "\n".join(f"{name}：属于这里" for name in EXPLORED["社区办事"])
        topic = re.search(r"话题：(.+)", call.messages[0].content)
        if topic:
            return f"1、读懂{topic[1]}材料\n2、耐心沟通"
        if call.stage == "skills/query_types":
            return "### 出主意\n定义：问该怎么办\n\n### 教方法\n定义：想知道步骤"
        return "**指令：**房东扣了押金怎么办？\n\n**回答：**先看合同第五条。"

    desk = desk_of(answer)
    method = SkillTree(language="zh", domain="社区办事", depth=1, breadth=(3,), skills_per_leaf=2)
    made = await method.prepare(desk, 1)
    assert json.loads(made.files["leaf_skills.json"]) == {
        "看病报销": ["读懂看病报销材料", "耐心沟通"],
        "租房纠纷": ["读懂租房纠纷材料"],
        "接送孩子": ["读懂接送孩子材料"],
    }
    plan = items(method, made)
    assert set(pairs(plan[:3]).values()) == {1}
    [example] = await method.write(plan[0], desk.at("generate", plan[0].id))
    assert (example.instruction, example.output) == ("房东扣了押金怎么办？", "先看合同第五条。")
    assert method.report(made, [example]).lines["pairs of leaves covered"] == "1 of 3 (33.3 %)"
