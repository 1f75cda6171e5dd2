"""What methods that mix skills share: their types, their free mixing, and their errors."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.mixing.query_types import QueryType
from tutelage.methods.mixing.skill_method import check_enough, mixed_freely, none_named
from tutelage.methods.mixing.skills import Skill, SkillList
from tutelage.methods.skillmix import SkillMix
from tutelage.methods.skilltree import SkillTree
from tutelage.records import Item, Rejection

TYPES = (QueryType("Advice"), QueryType("Plan"))
TAIL = [
    *("query_types", "query_types_file", "query_types_wanted", "turns", "parts", "worked_examples"),
    *("structured", "temperature", "max_tokens", "ask_again"),
]


def skills(*names: str) -> SkillList:
    return SkillList(tuple(Skill(name) for name in names))


def test_both_methods_take_the_same_settings_of_the_conversation() -> None:
    assert list(SkillMix.model_fields)[-len(TAIL) :] == TAIL
    assert set(TAIL) <= set(SkillTree.model_fields)
    for name in (*TAIL, "domain"):
        one, other = SkillMix.model_fields[name], SkillTree.model_fields[name]
        assert (one.annotation, one.default) == (other.annotation, other.default)


def test_what_was_planned_comes_first_with_its_names() -> None:
    def item(names: list[str], kind: str) -> Item:
        return Item.make("x", {}, {"skills": names, "query_type": {"name": kind}})

    known = SkillList((Skill("baking", aliases=("bakery",)), Skill("law"), Skill("chess")))
    planned = [item(["bakery", "law"], "Plan"), item(["law", "gone"], "Plan"), item(["law", "chess"], "gone")]
    plan = list(mixed_freely(known, TYPES, 2, 1, planned))
    assert plan[0] == (["bakery", "law"], TYPES[1], planned[0])
    assert len(plan) == 6
    assert all(before is None for _, _, before in plan[1:])
    assert len({(tuple(sorted(names)), kind.name) for names, kind, _ in plan}) == 6


def test_names_are_taken_from_a_sorted_list() -> None:
    one = list(islice(mixed_freely(skills("a", "b", "c"), TYPES, 2, 1, ()), 6))
    assert one == list(islice(mixed_freely(skills("c", "a", "b"), TYPES, 2, 1, ()), 6))


def test_too_few_skills() -> None:
    check_enough(3, 3)
    with pytest.raises(BadInput, match="k is 4, but there are only 3 skills") as caught:
        check_enough(4, 3)
    assert caught.value.where == "k"


def test_an_empty_list_is_explained_by_what_went_wrong_last() -> None:
    assert "did not answer" in none_named("skills", Rejection("call:network", "", "no route")).what
    assert "'Sorry'" in none_named("skills", Rejection("parse:no_list", "Sorry")).where
    assert none_named("skills", None).where == ""


@pytest.mark.parametrize("settings", [{"prompts": {"critiqe": "x"}}, {"query_types": ("",)}])
def test_bad_settings_are_refused_whichever_method_has_them(settings: dict[str, Any], tmp_path: Path) -> None:
    for method in (SkillMix, SkillTree):
        with pytest.raises(BadInput):
            method(domain="travel", **settings)
    file = tmp_path / "types.md"
    file.write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="no query type"):
        SkillTree(domain="travel", query_types_file=file)
