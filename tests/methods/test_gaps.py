"""Which rows cover which cells, and which cells are near."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tutelage.errors import BadInput
from tutelage.methods.gaps import (
    Coverage,
    Gap,
    Wanted,
    distinct,
    in_words,
    of_skills,
    of_tree,
    parts,
    read_cells,
)

CELLS = some.dictionaries(some.sampled_from("abc"), some.sampled_from(["x", "y", "x + y"]), min_size=1)


def coverage(*cells: dict[str, str]) -> Coverage:
    made = Coverage()
    for cell in cells:
        made.add(cell)
    return made


@given(some.lists(CELLS, max_size=20), CELLS)
def test_rows_cover_a_cell_when_they_say_all_of_it(
    cells: list[dict[str, str]], wanted: dict[str, str]
) -> None:
    slow = sum(all(cell.get(key) == value for key, value in wanted.items()) for cell in cells)
    assert coverage(*cells).had(wanted) == slow


@pytest.mark.parametrize(
    ("row", "wanted", "covers"),
    [
        ({"task": "Haiku ", "round": "1"}, {"task": "haiku"}, True),
        ({"task": "haiku"}, {"task": "haiku", "kind": "x"}, False),
        ({"skills": "time management + Chess"}, {"skills": "Time-Management"}, True),
        ({"skills": "a + b + c"}, {"skills": "c + a"}, True),
        ({"skills": "a + b"}, {"skills": "a + c"}, False),
        ({"leaves": "poems + letters"}, {"leaves": "letters"}, True),
        ({"task": "poems + letters"}, {"task": "letters"}, False),
        ({"skills": "押韵 + 比喻"}, {"skills": "比喻"}, True),
    ],
)
def test_what_counts_as_the_same(row: dict[str, str], wanted: dict[str, str], covers: bool) -> None:
    assert coverage(row).had(wanted) == covers


def test_near_cells_share_parts_then_words() -> None:
    cells = [
        {"task": "packing list", "kind": "b"},
        {"task": "poems about rivers", "kind": "a"},
        {"task": "poems about the sea", "kind": "a"},
        {"task": "sums", "kind": "c"},
    ]
    made = coverage(*cells)
    assert made.near({"task": "poems about the winter sea", "kind": "a"}) == [2, 1]
    assert made.near({"task": "nothing like it"}) == []
    assert coverage({"task": "写诗"}, {"task": "算术"}).near({"task": "写信"}) == [0]


def test_cells_that_say_the_same_are_one() -> None:
    wanted = [Wanted({"task": "A"}, "first"), Wanted({"task": "a "}), Wanted({"task": "b"})]
    assert [each.cell["task"] for each in distinct(wanted)] == ["A", "b"]
    assert parts({"skills": "a + b"}) == parts({"skills": "B + A"})


def test_words_for_a_prompt() -> None:
    assert in_words({"task": "haiku"}) == "haiku"
    assert in_words({"task": "haiku", "query_type": "advice"}) == "task: haiku; query type: advice"


def test_a_gap_tells_what_is_missing() -> None:
    gap = Gap(Wanted({"task": "a"}), had=2, per_cell=5)
    assert gap.as_dict() == {"cell": {"task": "a"}, "wanted": 5, "had": 2, "missing": 3}
    assert Gap(gap.wanted, 9, 5).missing == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.jsonl", '{"task": "a", "year": 1990}\n{"task": "b", "about": "all of b", "year": null}\n'),
        ("c.json", '[{"task": "a", "year": 1990}, {"task": "b", "about": "all of b"}]'),
        ("c.csv", "task,year,about\na,1990,\nb,,all of b\n"),
    ],
)
def test_a_file_of_cells(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_cells(tmp_path / name) == [
        Wanted({"task": "a", "year": "1990"}),
        Wanted({"task": "b"}, "all of b"),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [({"task": ["a"]}, "a cell is flat"), ({"task": True}, "a cell is flat"), ({"about": "x"}, "has no key")],
)
def test_what_is_no_cell_is_refused_with_its_place(tmp_path: Path, row: Any, words: str) -> None:
    (tmp_path / "c.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"(?s){words}.*c\.jsonl:1"):
        read_cells(tmp_path / "c.jsonl")


def test_trees_and_skill_lists_are_cells_too(tmp_path: Path) -> None:
    tree = {
        "name": "poetry",
        "children": [{"name": "haiku", "reason": "short"}, {"name": "ode", "pruned": True}],
    }
    (tmp_path / "t.json").write_text(json.dumps(tree), encoding="utf-8")
    (tmp_path / "s.txt").write_text("Time-Management\ntime management\nchess\n", encoding="utf-8")
    assert of_tree(tmp_path / "t.json", leaves=False) == [
        Wanted({"task": "poetry"}),
        Wanted({"task": "haiku"}, "short"),
    ]
    assert of_tree(tmp_path / "t.json", leaves=True) == [Wanted({"task": "haiku"}, "short")]
    assert [each.cell["skills"] for each in of_skills(tmp_path / "s.txt")] == ["Time-Management", "chess"]


def test_keys_that_no_row_has_are_refused() -> None:
    coverage({"task": "a"}).check_keys([Wanted({"task": "z"})], "x.jsonl")
    with pytest.raises(BadInput, match=r"(?s)no row has 'taks'.*x\.jsonl.*did you mean 'task'"):
        coverage({"task": "a"}).check_keys([Wanted({"taks": "a"})], "x.jsonl")
