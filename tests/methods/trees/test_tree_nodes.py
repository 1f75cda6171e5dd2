"""A tree of tasks: its order, its leaves, its copies."""

from __future__ import annotations

from tutelage.methods.trees.tree_nodes import Node, Tree

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


def test_pre_order_gives_parent_depth_and_path() -> None:
    seen = [
        (visit.node.name, visit.parent.name if visit.parent else None, visit.depth) for visit in POETRY.walk()
    ]
    assert seen == [
        ("Poetry", None, 0),
        ("Haiku", "Poetry", 1),
        ("Winter haiku", "Haiku", 2),
        ("Limericks", "Poetry", 1),
        ("Clean limericks", "Limericks", 2),
        ("俳句翻译", "Poetry", 1),
    ]
    assert [visit.path for visit in POETRY.walk()][2] == ("Poetry", "Haiku", "Winter haiku")
    assert (POETRY.task_count, POETRY.example_count, POETRY.depth) == (6, 1, 2)


def test_pruned_tasks_are_left_out_but_not_their_children() -> None:
    assert [visit.node.name for visit in POETRY.tasks()] == [
        "Poetry",
        "Haiku",
        "Winter haiku",
        "Clean limericks",
        "俳句翻译",
    ]
    assert [visit.node.name for visit in POETRY.leaves()] == ["Winter haiku", "Clean limericks", "俳句翻译"]
    lonely = Tree(Node("a", children=[Node("b", pruned="true")]))
    assert [visit.node.name for visit in lonely.leaves()] == ["a"]


def test_find_looks_through_case_and_spacing() -> None:
    found = POETRY.find("  winter  HAIKU ")
    assert found
    assert found.path == ("Poetry", "Haiku", "Winter haiku")
    assert POETRY.find("sonnets") is None


def test_a_copy_grows_alone() -> None:
    copy = POETRY.copy()
    copy.root.children[0].children.append(Node("new"))
    copy.root.examples.append({"instruction": "x", "input": "", "output": ""})
    assert POETRY.task_count == 6
    assert POETRY.example_count == 1
    assert copy != POETRY


def test_seeds_carry_the_licence_of_the_tree_or_their_own() -> None:
    assert [seed.licence for seed in POETRY.root.seeds] == ["CC0-1.0"]
    own = Node("a", examples=[{"instruction": "i", "input": "", "output": "", "licence": "MIT"}])
    assert [seed.licence for seed in own.seeds] == ["MIT"]
