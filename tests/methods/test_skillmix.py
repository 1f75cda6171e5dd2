"""Instruct-SkillMix from its settings to its examples, in English and in Chinese."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tutelage import plugins
from tutelage.asking import Abilities
from tutelage.errors import BadInput, CallFailed, TutelageError
from tutelage.methods.method import Materials, State
from tutelage.methods.mixing.query_types import parse_query_types
from tutelage.methods.mixing.skills import parse_skills
from tutelage.methods.skillmix import SkillMix
from tutelage.records import Example, Item

SKILLS = ("baking", "budgeting", "sewing", "chess", "law", "music")
TYPES = ("Advice", "Plan", "Review")


def no_calls(call: Any) -> str:
    raise AssertionError(f"nothing should be asked: {call.stage}")


async def materials(desk, **settings: Any) -> Materials:
    return await SkillMix(**settings).prepare(desk, 1)


def items(
    method: SkillMix, made: Materials, count: int = 10_000, planned: tuple[Item, ...] = ()
) -> list[Item]:
    return list(islice(method.plan(0, State(1, count, made, planned)), count))


def test_it_is_installed_as_a_kind() -> None:
    assert plugins.load("methods", "skillmix") is SkillMix


async def test_given_lists_cost_no_call(desk_of) -> None:
    method = SkillMix(skills=SKILLS, query_types=TYPES)
    made = await method.prepare(desk_of(no_calls), 1)
    assert set(made.files) == {"skills.txt", "skills.csv", "query_types.md", "merges.json"}
    assert [skill.name for skill in parse_skills(made.files["skills.txt"])] == list(SKILLS)
    plan = items(method, made)
    assert len(plan) == len({item.id for item in plan}) == 45
    assert plan[0].cell["skills"] == " + ".join(sorted(plan[0].payload["skills"]))
    assert Counter(item.cell["query_type"] for item in plan) == dict.fromkeys(TYPES, 15)


async def test_exports_feed_back_as_the_same_plan(desk_of, tmp_path: Path) -> None:
    first = SkillMix(skills=("baking", "bakings", *SKILLS[1:]), query_types=TYPES)
    made = await first.prepare(desk_of(no_calls), 1)
    for name, text in made.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert json.loads(made.files["merges.json"])["merges"] == [
        {"gone": "bakings", "kept": "baking", "rule": "near"}
    ]
    second = SkillMix(skills_file=tmp_path / "skills.csv", query_types_file=tmp_path / "query_types.md")
    again = await second.prepare(desk_of(no_calls), 1)
    assert items(second, again) == items(first, made)


async def test_a_skill_that_is_added_moves_no_finished_item(desk_of) -> None:
    before = SkillMix(skills=SKILLS, query_types=TYPES)
    done = tuple(items(before, await before.prepare(desk_of(no_calls), 1), 8))
    after = SkillMix(skills=("aikido", *SKILLS), query_types=TYPES)
    made = await after.prepare(desk_of(no_calls), 1)
    plan = items(after, made, 63, done)
    assert tuple(plan[:8]) == done
    assert len({item.id for item in plan}) == 63
    assert sum("aikido" in item.payload["skills"] for item in plan[8:12]) >= 2


async def test_a_skill_that_is_gone_takes_its_items_with_it(desk_of) -> None:
    before = SkillMix(skills=SKILLS, query_types=TYPES)
    done = tuple(items(before, await before.prepare(desk_of(no_calls), 1), 10))
    after = SkillMix(skills=SKILLS[1:], query_types=TYPES)
    plan = items(after, await after.prepare(desk_of(no_calls), 1), 30, done)
    left = [item for item in done if "baking" not in item.payload["skills"]]
    assert plan[: len(left)] == left
    assert all("baking" not in item.payload["skills"] for item in plan)


async def test_a_skill_that_is_merged_later_keeps_its_items(desk_of) -> None:
    before = SkillMix(skills=("bread baking", "sewing", "chess"), query_types=TYPES)
    done = tuple(items(before, await before.prepare(desk_of(no_calls), 1), 3))
    after = SkillMix(skills=("baking bread", "bread baking", "sewing", "chess"), query_types=TYPES)
    made = await after.prepare(desk_of(no_calls), 1)
    assert tuple(items(after, made, 9, done)[:3]) == done
    assert len(items(after, made, 100, done)) == 9


async def test_a_changed_definition_makes_other_items_in_the_same_places(desk_of) -> None:
    def method(definition: str) -> SkillMix:
        return SkillMix(skills=SKILLS, query_types=({"name": "Advice", "definition": definition}, "Plan"))

    done = tuple(items(method("old"), await method("old").prepare(desk_of(no_calls), 1), 6))
    plan = items(method("new"), await method("new").prepare(desk_of(no_calls), 1), 6, done)
    assert [item.cell for item in plan] == [item.cell for item in done]
    changed = [one.id != other.id for one, other in zip(plan, done, strict=True)]
    assert changed == [item.cell["query_type"] == "Advice" for item in done]


async def test_one_skill_at_a_time_is_exhausted(desk_of) -> None:
    method = SkillMix(k=1, skills=SKILLS, query_types=TYPES)
    plan = items(method, await method.prepare(desk_of(no_calls), 1))
    assert len(plan) == 18
    assert Counter(item.cell["skills"] for item in plan[:6]) == dict.fromkeys(SKILLS, 1)


async def test_k_above_the_number_of_skills_is_refused(desk_of) -> None:
    with pytest.raises(BadInput, match="k is 7, but there are only 6 skills") as caught:
        await materials(desk_of(no_calls), k=7, skills=SKILLS, query_types=TYPES)
    assert "at most 6" in caught.value.remedy


def teacher(call: Any) -> str:
    """A teacher that can do all of it, in English."""
    step = call.stage.removeprefix("skills/")
    found = re.search(r"Topic: (.+)", call.said)
    topic = found[1] if found else ""
    return {
        "topics": "- cooking\n- travel\n- money",
        "skills_for_topic": f"- {topic} planning\n- {topic} safety\n- saving",
        "query_types": '### Advice\nDefinition: asks what to do\n- "What now?"\n\n'
        "### Plan\nDefinition: wants steps",
        "merge_synonyms": "none",
        "generate": "### Instruction\nWhat shall I cook on a train?\n### Response\nNothing hot.",
    }[step]


async def test_everything_by_asking(desk_of) -> None:
    desk = desk_of(teacher)
    method = SkillMix(domain="travel food", topics=3, skills_per_topic=3)
    made = await method.prepare(desk, 1)
    assert Counter(desk.stages) == {
        "skills/topics": 1,
        "skills/skills_for_topic": 3,
        "skills/query_types": 1,
        "skills/merge_synonyms": desk.stages.count("skills/merge_synonyms"),
    }
    assert len(parse_skills(made.files["skills.txt"])) == 7
    assert "saving,3," in made.files["skills.csv"]
    assert [each.name for each in parse_query_types(made.files["query_types.md"])] == ["Advice", "Plan"]
    [example] = await method.write(items(method, made, 1)[0], desk.at("generate", "x"))
    assert isinstance(example, Example)
    assert all(
        "travel food" in call.messages[0].content
        for call in desk.calls
        if "merge" not in call.stage and call.turn in ("ask", "draft")
    )


async def test_a_topic_that_is_added_costs_its_own_call(desk_of) -> None:
    seen = []
    for topics in (("cooking", "travel"), ("money", "cooking", "travel")):
        desk = desk_of(teacher)
        await materials(desk, topics=topics, merge="form")
        seen.append({(call.stage, call.item) for call in desk.calls})
    assert len(seen[1] - seen[0]) == 1


async def test_skills_of_a_dataset(desk_of, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"instruction": f"Q{n}", "output": f"A{n}", "licence": "mit"} for n in range(5)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    desk = desk_of(
        lambda call: "none" if "merge" in call.stage else f"- skill {call.said.split('Q')[1][0]}\n- logic"
    )
    made = await materials(desk, data_file=file, data_sample=3)
    assert desk.stages.count("skills/skills_of_row") == 3
    assert "skills/topics" not in desk.stages
    assert "skills/query_types" not in desk.stages
    assert len(parse_skills(made.files["skills.txt"])) == 4
    assert made.licences == ("mit",)


async def test_a_teacher_that_names_nothing_is_said_so(desk_of) -> None:
    with pytest.raises(TutelageError, match="named no skills") as caught:
        await materials(desk_of(lambda call: " "))
    assert "skills_file" in caught.value.remedy


@pytest.mark.parametrize(
    ("setting", "ability", "turns", "expected"),
    [
        ("auto", True, "full", True),
        ("auto", False, "full", False),
        ("auto", True, "short", False),
        ("on", False, "full", True),
        ("off", True, "full", False),
    ],
)
async def test_when_a_schema_is_sent(
    desk_of, setting: str, ability: bool, turns: str, expected: bool
) -> None:
    desk = desk_of(teacher, abilities=Abilities(schema=ability))
    method = SkillMix(skills=SKILLS, query_types=TYPES, structured=setting, turns=turns)
    item = items(method, await method.prepare(desk, 1), 1)[0]
    await method.write(item, desk.at("generate", item.id))
    assert (desk.calls[0].sampling.schema is not None) == expected


async def test_chinese_from_end_to_end(desk_of) -> None:
    def answer(call: Any) -> str:
        step = call.stage.removeprefix("skills/")
        assert re.search(r"[\u4e00-\u9fff]", call.said)
        assert not re.search(r"[A-Za-z]{4,}", call.messages[0].content)
        return {
            "topics": "1、医保报销\n2、租房",
            "skills_for_topic": "1、看懂条款\n2、沟通能力\n3、沟通技巧",
            "query_types": "### 出主意\n定义：问该怎么办\n- “怎么办？”\n\n"
            "### 教方法\n**定义：** 想知道步骤\n- “怎么做？”",
            "merge_synonyms": "无",
            "generate": "**指令：**我被房东扣了押金，怎么要回来？\n\n**回答：**先看合同第五条。",
        }[step]

    desk = desk_of(answer)
    method = SkillMix(language="zh", domain="社区办事", topics=2, skills_per_topic=3)
    made = await method.prepare(desk, 1)
    assert made.files["skills.txt"] == "看懂条款\n沟通能力\n"
    assert made.files["query_types.md"].startswith("### 出主意\n定义：问该怎么办\n- “怎么办？”")
    plan = items(method, made)
    assert [item.cell["skills"] for item in plan] == ["沟通能力 + 看懂条款"] * 2
    [example] = await method.write(plan[0], desk.at("generate", plan[0].id))
    assert (example.instruction, example.output) == ("我被房东扣了押金，怎么要回来？", "先看合同第五条。")
    assert "社区办事" in desk.calls[-1].messages[0].content


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"prompts": {"critiqe": "x"}}, "no step called 'critiqe'"),
        ({"prompts": {"draft": "{{"}}, "not a valid template"),
        ({"query_types": ("",)}, "no query type"),
        ({"query_types": ({"title": "x"},)}, "no query type"),
        ({"topics": (" ",)}, "list of topics is empty"),
    ],
)
def test_bad_settings_are_refused_at_once(settings: dict[str, Any], what: str) -> None:
    with pytest.raises(BadInput, match=re.escape(what)):
        SkillMix(**settings)


@pytest.mark.parametrize(
    "settings", [{"k": 0}, {"turns": "half"}, {"kk": 2}, {"worked_examples": 9}, {"max_tokens": 0}]
)
def test_settings_out_of_bounds_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SkillMix(**settings)


def test_a_bad_file_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "skills.json"
    file.write_text('["one",', encoding="utf-8")
    with pytest.raises(BadInput, match="not valid JSON"):
        SkillMix(skills_file=file)
    file.write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="no query type"):
        SkillMix(query_types_file=file)


async def test_own_wording_reaches_the_teacher_and_the_lineage(desk_of) -> None:
    desk = desk_of(teacher)
    method = SkillMix(skills=SKILLS, query_types=TYPES, prompts={"critique": "Any wishes?"})
    item = items(method, await method.prepare(desk, 1), 1)[0]
    [example] = await method.write(item, desk.at("generate", item.id))
    assert desk.calls[1].said == "Any wishes?"
    plain = SkillMix(skills=SKILLS, query_types=TYPES)
    [other] = await plain.write(item, desk.at("generate", item.id))
    assert example.lineage["prompts"]["critique"] != other.lineage["prompts"]["critique"]
    assert example.lineage["prompts"]["draft"] == other.lineage["prompts"]["draft"]


async def test_a_teacher_that_is_not_there_is_not_blamed_for_its_wording(desk_of) -> None:
    def gone(call):
        raise CallFailed("cannot connect", reason="network", permanent=False)

    with pytest.raises(TutelageError, match="did not answer") as caught:
        await SkillMix(topics=("music",)).prepare(desk_of(gone), 1)
    assert "cannot connect" in caught.value.where
    assert "doctor" in caught.value.remedy
