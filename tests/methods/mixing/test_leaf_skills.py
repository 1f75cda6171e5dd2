"""Skills at leaves: one home for each skill, files that read back, and mistakes that are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.mixing.leaf_skills import LeafSkills, assigned, at_leaves, read_leaf_skills
from tutelage.methods.mixing.near_forms import form
from tutelage.methods.mixing.skills import Skill, merge

NAMES = st.sampled_from(
    ["baking", "Baking", "bakings", "sewing", "time_management", "Time management", "law"]
)


def named(**of: list[str]) -> dict[str, list[Skill]]:
    return {leaf: [Skill(name) for name in names] for leaf, names in of.items()}


def home(of: dict[str, list[Skill]]) -> LeafSkills:
    return assigned(of, merge(skill for skills in of.values() for skill in skills))


def test_a_skill_belongs_to_the_first_leaf_that_named_it() -> None:
    skills = home(named(cakes=["baking", "weighing"], bread=["Bakings", "kneading"], soup=["weighing"]))
    assert skills.of == {"cakes": ("baking", "weighing"), "bread": ("kneading",), "soup": ("soup",)}
    assert skills.find("bakings") == ("cakes", 0)
    assert skills.number("bread", "baking") is None
    assert skills.number("bread", "Kneading") == 0
    assert skills.find("chess") is None


def test_the_name_of_a_leaf_is_no_skill_of_another() -> None:
    skills = home(named(cakes=["Bread", "icing"], bread=["bread"]))
    assert skills.of == {"cakes": ("icing",), "bread": ("bread",)}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abcde"), st.lists(NAMES, max_size=5), min_size=1))
def test_every_leaf_has_a_skill_and_no_skill_has_two_homes(of: dict[str, list[str]]) -> None:
    skills = home(named(**of))
    every = [form(name) for names in skills.of.values() for name in names]
    assert len(every) == len(set(every)) == skills.count
    assert list(skills.of) == list(of)
    assert all(skills.of.values())
    assert all(skills.find(name) for names in of.values() for name in names)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    skills = home(named(cakes=["baking"], 面包=["揉面", "发酵"]))
    file = tmp_path / "leaf_skills.json"
    file.write_text(skills.render(), encoding="utf-8")
    assert home(read_leaf_skills(file)).of == skills.of


def test_the_names_of_the_tree_win_and_an_unknown_leaf_is_told() -> None:
    given_skills = named(**{"packing  Light": ["folding"]})
    assert list(at_leaves(["Packing light"], given_skills, "x")) == ["Packing light"]
    with pytest.raises(BadInput, match="no leaf called 'Pakcing'") as caught:
        at_leaves(["Packing"], named(Pakcing=["x"]), "skills.json")
    assert "Packing" in caught.value.remedy


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ([], "no skills by leaf"),
        ({}, "no skills by leaf"),
        ({"a": "b"}, "no names"),
        ({"a": [1]}, "no names"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, document: object, what: str) -> None:
    file = tmp_path / "skills.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(BadInput, match=what) as caught:
        read_leaf_skills(file)
    assert str(file) in caught.value.where
