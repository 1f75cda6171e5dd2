"""What cells are said to cover."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.analysis.coverage import EXCERPT, LISTED, PAIRED, measure_coverage, plain, things
from tutelage.records import Example


def example(cell: Mapping[str, str], name: str = "x", text: str = "Ask.", answer: str = "So.") -> Example:
    return Example.single_turn(text, answer, id=name, cell=cell)


MIXES = [
    example({"skills": "rhyme + metaphor", "query_type": "advice"}, "1"),
    example({"skills": "Metaphor + irony", "query_type": "advice"}, "2"),
    example({"skills": "rhyme + metaphor", "query_type": "review"}, "3"),
]


def test_skills_count_alone_and_in_pairs() -> None:
    keys = measure_coverage(MIXES).keys
    assert list(keys) == ["skills", "skill_pairs", "query_type"]
    assert keys["skills"].counts == (("metaphor", 3), ("rhyme", 2), ("irony", 1))
    assert keys["skill_pairs"].counts == (("metaphor + rhyme", 2), ("irony + Metaphor", 1))
    assert (keys["skill_pairs"].possible, keys["skills"].possible) == (3, None)
    assert keys["query_type"].counts == (("advice", 2), ("review", 1))


def test_an_object_per_key_with_all_figures() -> None:
    told = measure_coverage(MIXES).as_dict()["skills"]
    assert (told["examples"], told["occurrences"], told["values"], told["max"], told["min"]) == (
        3,
        6,
        3,
        3,
        1,
    )
    assert told["unseen_mass"] == pytest.approx(1 / 6)
    assert told["richness_at_least"] == pytest.approx(3 + 5 / 6 * 1 / 2)
    assert 0 < told["evenness"] < 1
    json.dumps(told)


def test_what_was_wanted_is_told_covered_or_missing() -> None:
    wanted = {"skills": ["rhyme", "IRONY", "ant-hill", "ant hill"], "task": ["haiku"]}
    keys = measure_coverage(MIXES, wanted=wanted).keys
    skills = keys["skills"].wanted
    assert skills is not None
    assert (skills.names, skills.covered, skills.missing, skills.unlisted) == (3, 2, ("ant-hill",), 1)
    assert skills.share == pytest.approx(2 / 3)
    assert keys["skill_pairs"].possible == 6  # of the three seen and the one missing
    assert (keys["task"].examples, keys["task"].values) == (0, 0)
    assert keys["task"].as_dict()["wanted"]["missing"] == ["haiku"]
    assert keys["task"].as_dict()["evenness"] is None
    assert keys["query_type"].wanted is None


def test_levels_of_a_tree() -> None:
    rows = [example({"task": "Style_transfer"}), example({"task": "root"}), example({"task": "no such task"})]
    keys = measure_coverage(rows, levels={"style transfer": 1, "Root": 0}).keys
    assert keys["level"].counts == (("0", 1), ("1", 1))


def test_chinese_cells() -> None:
    rows = [
        example({"skills": "时间管理 + 预算"}),
        example({"skills": "预算 + 时间管理"}),
        example({"task": "写诗"}),
    ]
    keys = measure_coverage(rows, wanted={"task": ["写诗", "改写"]}).keys
    assert keys["skill_pairs"].counts == (("时间管理 + 预算", 2),)
    assert keys["task"].as_dict()["wanted"]["missing"] == ["改写"]


def test_constraints_that_are_none_name_nothing() -> None:
    assert things("constraints", "none") == []
    assert things("constraints", "length+keywords") == ["length", "keywords"]
    assert things("task", "a + b") == ["a + b"]
    keys = measure_coverage([example({"constraints": "none"})]).keys
    assert (keys["constraints"].examples, keys["constraints"].values) == (1, 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Style-transfer", "style  transfer", True),
        ("a_b", "A B", True),
        ("-1", "1", False),
        ("C++", "C", False),
    ],
)
def test_what_is_one_value(one: str, other: str, same: bool) -> None:
    assert (plain(one) == plain(other)) is same


def test_examples_without_a_cell_are_counted() -> None:
    report = measure_coverage([example({}), example({"task": "a"})])
    assert (report.without_cell, report.keys["task"].examples) == (1, 1)
    assert measure_coverage([]).as_dict() == {}


def test_examples_are_shown_by_the_draw_alone() -> None:
    rows = [example({"task": "a"}, str(number), "q" * 999) for number in range(50)]
    shown = measure_coverage(rows).keys["task"].shown["a"]
    backwards = measure_coverage(rows[::-1]).keys["task"].shown["a"]
    assert {each.id for each in shown} == {each.id for each in backwards}
    assert [len(each.instruction) for each in shown] == [EXCERPT + 1] * 2
    drawn = {
        each.id for seed in range(9) for each in measure_coverage(rows, seed=seed).keys["task"].shown["a"]
    }
    assert len(drawn) > 4


def test_many_values_are_listed_in_part_and_counted_in_full() -> None:
    told = measure_coverage([example({"topic": f"t{number}"}) for number in range(LISTED + 7)]).as_dict()[
        "topic"
    ]
    assert (len(told["counts"]), told["rest"]) == (LISTED, {"values": 7, "occurrences": 7})
    assert (told["values"], told["unseen_mass"], len(told["shown"])) == (LISTED + 7, 1.0, 6)


def test_a_cell_of_very_many_things_has_no_pairs() -> None:
    keys = measure_coverage([example({"skills": " + ".join(f"s{n}" for n in range(PAIRED + 1))})]).keys
    assert (keys["skills"].values, "skill_pairs" in keys) == (PAIRED + 1, False)


CELLS = st.lists(st.fixed_dictionaries({"task": st.sampled_from("abcdef")}), max_size=40)


@given(CELLS)
def test_counts_add_up(cells: list[dict[str, str]]) -> None:
    keys = measure_coverage([example(cell, str(n)) for n, cell in enumerate(cells)]).keys
    assert sum(count for _, count in keys["task"].counts) == len(cells) if cells else not keys
