"""SkillTree: its settings, its plan, and its report."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter
from math import comb
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from leaves import TYPES, check_balance, items, no_calls, pairs, skills_file, tree_file
from tutelage import plugins
from tutelage.errors import BadInput
from tutelage.filters.shape import Shape
from tutelage.methods.skilltree import SkillTree
from tutelage.recipe.drafting import PRESETS, Wishes, draft
from tutelage.recipe.model import Recipe
from tutelage.recipe.reading import parse
from tutelage.recipe.settings import PaceOptions
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request


def test_it_is_installed_as_a_kind() -> None:
    assert plugins.load("methods", "skilltree") is SkillTree


async def test_forty_leaves_are_covered_by_780_items(desk_of, tmp_path: Path) -> None:
    method = SkillTree(skills_file=skills_file(tmp_path, 40, 6), query_types=TYPES)
    made = await method.prepare(desk_of(no_calls), 1)
    plan = items(method, made, 1_000)
    assert len({item.id for item in plan}) == 1_000
    assert len(pairs(plan[:780])) == 780
    assert max(pairs(plan).values()) == 2
    check_balance(plan)
    kinds = Counter(item.cell["query_type"] for item in plan)
    assert max(kinds.values()) - min(kinds.values()) <= 1
    assert plan[0].cell["skills"] == " + ".join(plan[0].payload["skills"])
    assert plan[0].cell["leaves"] == " + ".join(plan[0].payload["leaves"])


@pytest.mark.parametrize("concurrency", [1, 37])
async def test_all_pairs_are_covered_in_any_order_of_completion(tmp_path: Path, concurrency: int) -> None:
    chance = random.Random(concurrency)

    async def answer(request: Request) -> str:
        await asyncio.sleep(chance.uniform(0, 0.004))
        number = chance.getrandbits(60)
        return f"### Instruction\nWhat is {number}?\n### Response\nA number, for all that I know."

    pace: Any = PaceOptions(concurrency=concurrency)
    leaves = 20
    recipe = Recipe(
        name="cover",
        teacher=Scripted.of(answer, label="world"),
        method=SkillTree(skills_file=skills_file(tmp_path, leaves), query_types=TYPES, turns="short"),
        filters=(),
        target=comb(leaves, 2),
        pace=pace,
    )
    result = await execute(recipe, tmp_path / "run")
    assert result.findings["pairs of leaves covered"] == "190 of 190 (100.0 %)"
    kept = list(kept_examples(tmp_path / "run"))
    assert len({example.cell["leaves"] for example in kept}) == len(kept) == 190


async def test_the_report_tells_what_was_refused_as_not_covered(tmp_path: Path) -> None:
    async def answer(request: Request) -> str:
        if "skill 00" in request.messages[0].content:
            return "No."
        about = re.search(r"Skills: (.+)", request.messages[0].content)
        return f"### Instruction\nHow do I use {about and about[1]}?\n### Response\nWith patience and care."

    recipe = Recipe(
        name="cover",
        teacher=Scripted.of(answer, label="world"),
        method=SkillTree(
            skills_file=skills_file(tmp_path, 4), query_types=TYPES, turns="short", worked_examples=0
        ),
        filters=(Shape(),),
        target=3,
    )
    result = await execute(recipe, tmp_path / "run")
    assert result.as_json()["findings"] == dict(result.findings)
    assert result.findings["pairs of leaves covered"] == "3 of 6 (50.0 %)"
    told = json.loads((tmp_path / "run" / "dataset" / "report.json").read_text("utf-8"))
    assert told["uncovered"] == {"leaf 00": ["leaf 01", "leaf 02", "leaf 03"]}
    card = (tmp_path / "run" / "dataset" / "README.md").read_text("utf-8")
    assert "- pairs of leaves covered: 3 of 6" in card


async def test_larger_mixes_cover_too(desk_of, tmp_path: Path) -> None:
    method = SkillTree(k=3, skills_file=skills_file(tmp_path, 9), query_types=TYPES)
    plan = items(method, await method.prepare(desk_of(no_calls), 1), 30)
    assert len(pairs(plan[:14])) == 36
    assert all(len(item.payload["skills"]) == 3 for item in plan)
    check_balance(plan)


@pytest.mark.parametrize(("leaves", "k"), [(1, 2), (2, 3)])
async def test_too_few_leaves_are_mixed_by_skill(desk_of, tmp_path: Path, leaves: int, k: int) -> None:
    method = SkillTree(k=k, skills_file=skills_file(tmp_path, leaves, 4), query_types=TYPES)
    made = await method.prepare(desk_of(no_calls), 1)
    plan = items(method, made)
    assert len(plan) == comb(4 * leaves, k) * 3
    if leaves == 1:
        check_balance(plan)
        assert len({item.cell["skills"] for item in plan[:6]}) == 6
    assert set(plan[0].payload["leaves"]) <= {"leaf 00", "leaf 01"}
    assert "pairs of skills covered" in method.report(made, []).lines


async def test_more_skills_at_once_than_there_are_is_refused(desk_of, tmp_path: Path) -> None:
    method = SkillTree(k=5, skills_file=skills_file(tmp_path, 2, 2), query_types=TYPES)
    with pytest.raises(BadInput, match="k is 5, but there are only 4 skills"):
        await method.prepare(desk_of(no_calls), 1)


# --- plans stay ----------------------------------------------------------------------------------------


async def test_a_leaf_and_a_skill_that_are_added_move_nothing(desk_of, tmp_path: Path) -> None:
    file = skills_file(tmp_path, 5)
    method = SkillTree(skills_file=file, query_types=TYPES)
    done = tuple(items(method, await method.prepare(desk_of(no_calls), 1), 8))
    of = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({"a new leaf": ["skill 01a", "new one"], **of}), encoding="utf-8")
    of["leaf 03"].insert(0, "aaa")
    made = await method.prepare(desk_of(no_calls), 1)
    plan = items(method, made, 30, done)
    assert tuple(plan[:8]) == done
    assert len({item.id for item in plan}) == 30
    assert len(pairs(plan[:15])) == 15
    assert max(pairs(plan[:15]).values()) == 1
    assert items(method, made, 30, tuple(plan[:21])) == plan


async def test_what_is_gone_takes_its_items_with_it(desk_of, tmp_path: Path) -> None:
    file = skills_file(tmp_path, 5)
    method = SkillTree(skills_file=file, query_types=TYPES)
    done = tuple(items(method, await method.prepare(desk_of(no_calls), 1), 10))
    of = json.loads(file.read_text("utf-8"))
    del of["leaf 00"]
    of["leaf 01"].remove("skill 01a")
    file.write_text(json.dumps(of), encoding="utf-8")
    plan = items(method, await method.prepare(desk_of(no_calls), 1), 20, done)
    left = [
        item
        for item in done
        if "leaf 00" not in item.payload["leaves"] and "skill 01a" not in item.payload["skills"]
    ]
    assert plan[: len(left)] == left
    assert len(pairs(plan[:6])) == 6


@pytest.mark.parametrize(("leaves", "k"), [(6, 2), (7, 3), (2, 3), (1, 2)])
@pytest.mark.parametrize("cut", [1, 7, 20])
async def test_a_plan_cut_off_goes_on_as_it_was(
    desk_of, tmp_path: Path, leaves: int, k: int, cut: int
) -> None:
    method = SkillTree(k=k, skills_file=skills_file(tmp_path, leaves, 4), query_types=TYPES)
    made = await method.prepare(desk_of(no_calls), 1)
    whole = items(method, made, 40)
    assert items(method, made, 40, tuple(whole[:cut])) == whole


async def test_from_one_leaf_to_several_and_back(desk_of, tmp_path: Path) -> None:
    method = SkillTree(skills_file=skills_file(tmp_path, 1), query_types=TYPES)
    alone = items(method, await method.prepare(desk_of(no_calls), 1), 4)
    skills_file(tmp_path, 4)
    several = items(method, await method.prepare(desk_of(no_calls), 1), 12, tuple(alone))
    assert several[:4] == alone
    assert len(pairs(several[4:10])) == 6
    skills_file(tmp_path, 1)
    made = await method.prepare(desk_of(no_calls), 1)
    assert items(method, made, 9, tuple(several))[:4] == alone


# --- settings ------------------------------------------------------------------------------------------


def test_nothing_to_write_about_is_refused() -> None:
    with pytest.raises(BadInput, match="nothing says what the examples are about") as caught:
        SkillTree()
    assert "domain" in caught.value.remedy


@pytest.mark.parametrize("settings", [{"k": 1}, {"skills_per_leaf": 0}, {"merge": "auto"}, {"topics": 3}])
def test_settings_out_of_bounds_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SkillTree(domain="travel", **settings)


def test_a_tree_that_cannot_serve_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="one JSON file"):
        SkillTree(tree_file=tmp_path)
    file = tmp_path / "tree.json"
    file.write_text('{"name": "travel", "pruned": true}', encoding="utf-8")
    with pytest.raises(BadInput, match="every task of the tree is pruned"):
        SkillTree(tree_file=file)


def test_bad_files_are_refused_before_anything_is_asked(tmp_path: Path) -> None:
    file = tree_file(tmp_path, "Trains", "trains")
    with pytest.raises(BadInput, match="two tasks are called"):
        SkillTree(tree_file=file)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match="not valid JSON"):
        SkillTree(skills_file=file)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("domain", ["", "care homes"])
@pytest.mark.parametrize("preset", PRESETS)
def test_the_recipe_that_new_writes_is_read(preset: str, domain: str, language: str) -> None:
    text = draft(Wishes("x", "skilltree", preset, domain, language))
    recipe = parse(text, "x.yaml")
    assert isinstance(recipe.method, SkillTree)
    assert recipe.method.language == language
    assert not domain or recipe.method.domain == domain
