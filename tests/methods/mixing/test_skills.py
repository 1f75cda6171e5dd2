"""Lists of skills: files in, merged, files out, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.mixing.near_forms import form, readable
from tutelage.methods.mixing.skills import (
    Merge,
    Skill,
    SkillList,
    explain,
    merge,
    parse_skills,
    read_skills,
    render_skills,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("time_management\nmeal_planning\n", ["time management", "meal planning"]),
        ("\ufeff# my list\n\n- one\n- two\n", ["one", "two"]),
        ("1. one\n2. two", ["one", "two"]),
        ('["one", "two"]', ["one", "two"]),
        ('{"skills": ["one"]}', ["one"]),
        ('[{"name": "one", "count": 3, "aliases": ["uno"]}, "two"]', ["one", "two"]),
        ("name,count\none,3\ntwo,1\n", ["one", "two"]),
        ('skill,aliases\n"one, and more",uno|eins\n', ["one, and more"]),
        ("技能,次数\n沟通,2\n", ["沟通"]),
        ("one, two and three\nfour", ["one, two and three", "four"]),
    ],
)
def test_formats_are_read(text: str, names: list[str]) -> None:
    assert [skill.name for skill in parse_skills(text)] == names


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", "f", "no skill"),
        ("\n# only a comment\n", "f", "no skill"),
        ("[]", "f", "no skill"),
        ('["one",', "f, line 1", "not valid JSON"),
        ('{"a": 1}', "f", "not a list"),
        ('[{"title": "x"}]', "f[0]", "no skill: "),
        ("[1]", "f[0]", "no skill: 1"),
        ('[{"name": "x", "count": 0}]', "f[0]", "count of 'x' is 0"),
        ('[{"name": "x", "aliases": "y"}]', "f[0]", "aliases of 'x'"),
        ("name,count\none,many\n", "f, line 2", "'many'"),
        ('name,count\n"one,1\n', "f, line 2", "not valid CSV"),
    ],
)
def test_bad_lists_name_place_and_value(text: str, place: str, what: str) -> None:
    with pytest.raises(BadInput, match=r".") as caught:
        parse_skills(text, "f")
    assert caught.value.where == place
    assert what in caught.value.what


def test_a_file_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    file = tmp_path / "skills.txt"
    file.write_bytes(b"abc\n\xff\xfe")
    with pytest.raises(BadInput, match="UTF-8") as caught:
        read_skills(file)
    assert caught.value.where.endswith("byte 4")


def test_equal_forms_are_counted_and_the_first_spelling_stays() -> None:
    merged = merge(parse_skills("Time_Management\nbaking\ntime-management\nTIME MANAGEMENT"))
    assert merged.skills == (Skill("Time Management", 3), Skill("baking", 1))
    assert merged.read == 4
    assert merged.merges == ()


def test_near_forms_are_explained() -> None:
    merged = merge(parse_skills("data analysis\nanalysis of data\nwriting skills\nwriting"))
    assert merged.names == ("data analysis", "writing skills")
    assert merged.merges == (
        Merge("analysis of data", "data analysis", "near"),
        Merge("writing", "writing skills", "near"),
    )
    assert json.loads(explain(merged))["merges"][0] == {
        "gone": "analysis of data",
        "kept": "data analysis",
        "rule": "near",
    }
    assert len(merge(parse_skills("data analysis\nanalysis of data"), near=False).skills) == 2


def test_groups_that_share_a_name_become_one() -> None:
    merged = merge([Skill(name) for name in ("a", "b", "c", "d", "e")])
    united = merged.united([["a", "b"], ["c", "d"], ["d", "b"], ["nobody", "e"]], "teacher")
    assert united.names == ("c", "e")
    assert united.skills[0] == Skill("c", 4, ("a", "b", "d"))
    assert united.find("B") == united.skills[0]
    assert united.find("nobody") is None
    assert [each.rule for each in united.merges] == ["teacher"] * 3


NAME = st.text(max_size=20).map(readable).filter(form)
SKILLS = st.lists(
    st.builds(Skill, NAME, st.integers(1, 9), st.lists(NAME, max_size=2, unique=True).map(tuple)),
    min_size=1,
    max_size=6,
)


@given(SKILLS)
def test_csv_and_json_read_back_as_the_same_list(skills: list[Skill]) -> None:
    listed = merge(skills, near=False)
    assert parse_skills(render_skills(listed, "csv")) == list(listed.skills)
    assert parse_skills(render_skills(listed, "json")) == list(listed.skills)


@given(st.lists(NAME.filter(lambda name: not name.startswith(("[", "{"))), min_size=1, max_size=6))
def test_text_reads_back_as_the_same_names(names: list[str]) -> None:
    listed = merge([Skill(name) for name in names], near=False)
    if not any("," in name for name in listed.names):  # a first line with commas may be a head of CSV
        assert [skill.name for skill in parse_skills(render_skills(listed))] == list(listed.names)


@given(SKILLS)
def test_merging_loses_no_count_and_no_name(skills: list[Skill]) -> None:
    merged = merge(skills)
    assert sum(skill.count for skill in merged.skills) == sum(skill.count for skill in skills)
    for skill in skills:
        found = merged.find(skill.name)
        assert found is not None
    again = merge(merged.skills)
    assert {form(name) for name in again.names} <= {form(name) for name in merged.names}


@pytest.mark.parametrize(
    ("teacher", "read", "unique", "merged"),
    [("gpt-4-turbo-2024-04-09", 1143, 1132, 1123), ("claude-3-5-sonnet-20240620", 3266, 2768, 2761)],
)
def test_the_published_lists(shared_data: Path, teacher: str, read: int, unique: int, merged: int) -> None:
    skills = read_skills(shared_data / "skillmix" / teacher / "skills.txt")
    assert len(skills) == read
    assert len(merge(skills, near=False).skills) == unique
    found = merge(skills)
    assert (found.read, len(found.skills)) == (read, merged)
    assert sum(skill.count for skill in found.skills) == read
    assert merge(parse_skills(render_skills(found, "csv"))) == SkillList(found.skills, merged)
