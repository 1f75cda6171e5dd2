"""When two names are the same name, and when they are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.mixing.near_forms import form, near_form, near_groups, readable


@pytest.mark.parametrize(
    "spelling",
    [
        "time_management",
        "Time-Management",
        "TIME MANAGEMENT",
        " - time  management ",
        "1. time_management",
        "“time management”.",
    ],
)
def test_spellings_of_one_form(spelling: str) -> None:
    assert form(spelling) == "time management"


def test_form_keeps_chinese_and_knows_full_width() -> None:
    assert form("数据 分析") == form("数据分析") == "数据分析"
    assert form("ＳＱＬ 查询") == form("sql 查询")


@pytest.mark.parametrize(
    ("name", "shown"), [("3d_modeling", "3d modeling"), ("SQL_queries", "SQL queries"), ("## Law", "Law")]
)
def test_readable(name: str, shown: str) -> None:
    assert readable(name) == shown


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing_more(name: str) -> None:
    assert readable(readable(name)) == readable(name)
    assert form(form(name)) == form(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("marketing promotion", "marketing and promotions"),
        ("design of experiments", "experiment design"),
        ("mathematical modelling", "mathematical modeling"),
        ("organisation of events", "event organization"),
        ("behavior analysis", "behaviour analysis"),
        ("communication skills", "communication"),
        ("city strategies", "city strategy"),
        ("沟通能力", "沟通技巧"),
        ("数据的分析", "数据分析"),
        ("project managment", "project management"),
        ("accomodation planning", "accommodation planning"),
    ],
)
def test_near_names_come_together(one: str, other: str) -> None:
    assert near_groups([one, "something else", other]) == [[one, other]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meditation techniques", "mediation techniques"),
        ("microeconomics", "macroeconomics"),
        ("complement design", "compliment design"),
        ("translation from english to spanish", "translation from spanish to english"),
        ("marketing research", "market research"),
        ("statics", "statistics"),
        ("immigration law", "emigration law"),
        ("ethics", "ethic"),
        ("写作", "协作"),
        ("能力", "技能"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert near_groups([one, other]) == []


NAMES = st.lists(
    st.sampled_from(["data", "analysis", "plan", "plans", "of", "and", "planing", "planning", "skills"]),
    min_size=1,
    max_size=3,
).map(" ".join)


@given(st.lists(NAMES, unique=True, max_size=8), NAMES)
def test_a_name_that_is_added_parts_no_others(names: list[str], added: str) -> None:
    def together(groups: list[list[str]]) -> set[frozenset[str]]:
        return {frozenset((a, b)) for group in groups for a in group for b in group if a != b}

    assert together(near_groups(names)) <= together(near_groups([*names, added]))


def test_near_form_of_link_words_alone_is_not_empty() -> None:
    assert near_form("skills") == "skills"
