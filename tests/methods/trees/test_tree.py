"""Trees of tasks: both forms without loss, and every broken one with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.trees.tree import Node, Tree, name_key, parse_tree, read_tree, render_tree, write_folder
from tutelage.methods.trees.tree_folder import META_FILE
from tutelage.methods.trees.tree_nodes import MAX_DEPTH

POETRY = Tree(
    Node(
        "Poetry",
        extra={"licence": "CC0-1.0"},
        examples=[{"instruction": "Write a poem", "input": "", "output": "Rain.", "by": "a person"}],
        children=[
            Node("Haiku", "A strict form.", children=[Node("Winter haiku", "One season.")]),
            Node("Limericks", "Comic.", pruned="a person", children=[Node("Clean limericks")]),
            Node("俳句翻译", "中文也行。"),
        ],
    )
)


def test_both_forms_keep_everything(tmp_path: Path) -> None:
    assert parse_tree(render_tree(POETRY), "x") == POETRY
    write_folder(POETRY, tmp_path / "tree")
    assert read_tree(tmp_path / "tree") == POETRY
    assert read_tree(tmp_path / "tree" / META_FILE) == POETRY
    (tmp_path / "t.json").write_text(render_tree(POETRY), encoding="utf-8-sig")
    assert read_tree(tmp_path / "t.json") == POETRY


def test_the_demo_tree_comes_and_goes_without_loss(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "explore-instruct" / "demo_domain"
    tree = read_tree(folder)
    assert (tree.task_count, tree.example_count, tree.depth) == (9, 4433, 1)
    assert parse_tree(render_tree(tree), "x") == tree
    write_folder(tree, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(each.name for each in folder.iterdir())
    for file in folder.iterdir():
        assert json.loads((tmp_path / file.name).read_text()) == json.loads(file.read_text()), file.name


_NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
_EXAMPLES = st.builds(
    lambda instruction, input, output: {"instruction": instruction, "input": input, "output": output},
    _NAMES,
    st.text(max_size=4),
    st.text(max_size=4),
)


@given(
    names=st.lists(_NAMES, min_size=1, max_size=8, unique_by=name_key),
    parents=st.lists(st.integers(0, 6), min_size=7, max_size=7),
    examples=st.lists(_EXAMPLES, max_size=2),
    pruned=st.sampled_from(["", "true", "me"]),
)
def test_any_tree_reads_back_from_json_and_flat(
    names: list[str], parents: list[int], examples: list[dict[str, Any]], pruned: str
) -> None:
    nodes = [Node(name, f"why {name}", list(examples), pruned=pruned) for name in names]
    flat: list[dict[str, Any]] = [{"name": names[0], "reason": nodes[0].reason}]
    for number, node in enumerate(nodes[1:]):
        parent = nodes[parents[number] % (number + 1)]
        parent.children.append(node)
        flat.append({"name": node.name, "reason": node.reason, "parent": parent.name})
    for node, row in zip(nodes, flat, strict=True):
        row |= {"examples": node.examples, "pruned": node.pruned or False}
        row |= {"pruned": True} if node.pruned == "true" else {}
    tree = Tree(nodes[0])
    assert parse_tree(render_tree(tree), "x") == tree
    assert parse_tree(json.dumps({"tasks": flat}), "x") == tree
    assert parse_tree(json.dumps(flat), "x") == tree


def test_a_child_may_be_its_name_alone() -> None:
    tree = parse_tree('{"name": "Poetry", "children": ["Haiku", " Free   verse "]}', "x")
    assert [visit.node.name for visit in tree.walk()] == ["Poetry", "Haiku", "Free verse"]


BROKEN = {
    "empty": ("", "empty"),
    "no json": ('{"name": "a",}', "line 1, column 1"),
    "a number": ("3", "must be a JSON object"),
    "no name": ('{"title": "a"}', "'name' instead of 'title'"),
    "name no text": ('{"name": 3}', "must be a text, but this is 3"),
    "name empty": ('{"name": "  "}', "is no name"),
    "name long": (json.dumps({"name": "x" * 300}), "300 characters"),
    "reason no text": ('{"name": "a", "reason": []}', "'reason' must be a text"),
    "examples no list": ('{"name": "a", "examples": {}}', "'examples' must be a list"),
    "example no object": ('{"name": "a", "examples": [1]}', "root.examples[0]"),
    "example without instruction": ('{"name": "a", "examples": [{"output": "x"}]}', "no instruction"),
    "output no text": ('{"name": "a", "examples": [{"instruction": "x", "output": 4}]}', "'output'"),
    "children no list": ('{"name": "a", "children": {}}', "'children' must be a list"),
    "child no object": ('{"name": "a", "children": ["b", 4]}', "root.children[1]"),
    "pruned no flag": ('{"name": "a", "pruned": 4}', "'pruned'"),
    "two of one name": ('{"name": "a", "children": ["b", {"name": "c", "children": [" B"]}]}', "children[0]"),
    "a child like its parent": ('{"name": "a", "children": ["a"]}', "two tasks are called 'a'"),
    "a field twice": ('{"name": "a", "children": ["b"], "children": ["c"]}', "'children' of 'a'"),
    "too deep for JSON": ("[" * 100_000, "nested too deeply"),
    "half a pair": ('{"name": "a", "reason": "\\ud83d"}', "surrogate"),
    "cycle of one": ('{"tasks": [{"name": "a"}, {"name": "b", "parent": "b"}]}', "'b' → 'b'"),
    "cycle": (
        '{"tasks": [{"name": "r"}, {"name": "a", "parent": "b"}, {"name": "b", "parent": "a"}]}',
        "'a' → 'b' → 'a'",
    ),
    "no root": ('[{"name": "a", "parent": "b"}, {"name": "b", "parent": "a"}]', "circle"),
    "missing parent": ('[{"name": "Haiku"}, {"name": "b", "parent": "Haikus"}]', "did you mean 'Haiku'?"),
    "parent no text": ('[{"name": "a"}, {"name": "b", "parent": 4}]', "must be a text"),
    "two roots": ('[{"name": "a"}, {"name": "b"}]', "2 tasks have no parent: 'a', 'b'"),
    "no task": ("[]", "0 tasks have no parent"),
    "flat and nested": ('[{"name": "a", "children": ["b"]}]', "flat list"),
}


@pytest.mark.parametrize(("text", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_trees_are_refused_with_their_place(text: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_tree(text, "tree.json")
    assert told in str(caught.value)
    assert "tree.json" in caught.value.where


def test_too_deep_is_refused_in_every_form(tmp_path: Path) -> None:
    deep = Node("0")
    tip = deep
    for level in range(1, MAX_DEPTH + 2):
        tip.children.append(Node(str(level)))
        tip = tip.children[0]
    flat = [{"name": "0"}] + [{"name": str(n), "parent": str(n - 1)} for n in range(1, MAX_DEPTH + 2)]
    write_folder(Tree(deep), tmp_path)
    for read in (
        lambda: parse_tree(render_tree(Tree(deep)), "x"),
        lambda: parse_tree(json.dumps(flat), "x"),
        lambda: read_tree(tmp_path),
    ):
        with pytest.raises(BadInput, match="deeper than"):
            read()


@pytest.mark.parametrize(
    ("key", "meant"), [("childern", "children"), ("exmples", "examples"), ("Children", "children")]
)
def test_a_key_that_is_nearly_ours_is_refused(key: str, meant: str) -> None:
    with pytest.raises(BadInput, match=f"unknown key '{key}'") as caught:
        parse_tree(json.dumps({"name": "a", "children": [{"name": "b", key: []}]}), "t.json")
    assert caught.value.remedy == f"did you mean '{meant}'?"
    assert "children[0]" in caught.value.where


def test_a_foreign_key_is_kept() -> None:
    tree = parse_tree('{"name": "a", "colour": "red", "example_count": 3, "id": 4}', "t.json")
    assert tree.root.extra == {"colour": "red", "example_count": 3, "id": 4}
