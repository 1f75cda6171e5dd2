"""What a dataset was to cover, read from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.runs.wanted import Wishes, read_wishes, wishes_of_run


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_skill_list(tmp_path: Path) -> None:
    found = read_wishes(written(tmp_path / "s.txt", "time management\nTime_Management\n预算\n"))
    assert found.names == {"skills": ("time management", "预算")}


def test_query_types_and_their_names(tmp_path: Path) -> None:
    from tutelage.methods.mixing.query_types import parse_query_types, render_query_types

    types = parse_query_types("**Advice**: asks what to do\n\n**Review**: asks what is good\n")
    path = written(tmp_path / "query_types.md", render_query_types(types))
    assert read_wishes(path).names == {"query_type": ("Advice", "Review")}


def test_a_tree_with_levels_without_pruned_tasks(tmp_path: Path) -> None:
    tree = {
        "name": "Poetry",
        "children": [
            "Haiku",
            {"raw_task_name": "Ode", "children": [{"name": "Praise"}]},
            {"name": "No", "pruned": "me"},
        ],
    }
    found = read_wishes(written(tmp_path / "tree.json", json.dumps(tree)))
    assert found.names == {"task": ("Poetry", "Haiku", "Ode", "Praise")}
    assert found.levels == {"Poetry": 0, "Haiku": 1, "Ode": 1, "Praise": 2}


def test_the_tree_of_explore_instruct(shared_data: Path) -> None:
    found = read_wishes(shared_data / "explore-instruct" / "demo_domain" / "tree_meta_info.json")
    assert len(found.names["task"]) == 9
    assert sorted(found.levels.values()) == [0] + [1] * 8


@pytest.mark.parametrize("name", ["cells.csv", "cells.jsonl", "cells.json"])
def test_a_table_of_cells(tmp_path: Path, name: str) -> None:
    rows = [{"task": "haiku", "about": "strict"}, {"task": "ode", "level": 2}, {"task": "haiku", "level": 2}]
    text = {
        ".csv": "task,about,level\nhaiku,strict,\node,,2\nhaiku,,2\n",
        ".jsonl": "".join(json.dumps(row) + "\n" for row in rows),
        ".json": json.dumps(rows),
    }[Path(name).suffix]
    assert read_wishes(written(tmp_path / name, text)).names == {"task": ("haiku", "ode"), "level": ("2",)}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("t.json", '{"children": []}', ["no name", "children"]),
        ("t.json", '{"name": "a", "children": [7]}', ["7"]),
        ("t.json", '{"name": "a", "children": "b"}', ["children"]),
        ("t.json", '{"children": [', ["not valid JSON"]),
        ("t.jsonl", '{"task": ["a"]}', ["flat", "task", "t.jsonl:1"]),
        ("t.txt", "", ["t.txt"]),
        ("none.csv", None, ["no such file"]),
        ("none.json", None, ["none.json"]),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    tmp_path: Path, name: str, text: str | None, words: list[str]
) -> None:
    path = tmp_path / name
    if text is not None:
        written(path, text)
    with pytest.raises(BadInput) as caught:
        read_wishes(path)
    for word in words:
        assert word in str(caught.value)


def test_a_tree_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    text = '{"name": "a", "children": [' * 300 + "]}" * 300
    with pytest.raises(BadInput, match="task of the tree"):
        read_wishes(written(tmp_path / "t.json", text))


def test_materials_of_a_run_and_one_that_a_person_spoiled(tmp_path: Path) -> None:
    written(tmp_path / "materials" / "skills.txt", "rhyme\nirony\n")
    written(tmp_path / "materials" / "tree.json", '{"children": []}')
    found, problems = wishes_of_run(tmp_path)
    assert found.names == {"skills": ("rhyme", "irony")}
    assert problems == [
        "materials/tree.json is not used: a task of the tree has no name, or children that are no list"
    ]
    assert wishes_of_run(tmp_path / "elsewhere") == (Wishes(), [])


def test_a_persons_wishes_stand_over_the_runs() -> None:
    ours, theirs = Wishes({"skills": ("a",)}), Wishes({"skills": ("b",), "task": ("t",)}, {"t": 0})
    assert ours.over(theirs) == Wishes({"skills": ("a",), "task": ("t",)}, {"t": 0})
