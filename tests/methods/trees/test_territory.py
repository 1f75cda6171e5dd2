"""The exploration state stays bounded, and tells what it leaves out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.trees.territory import MOST_CHARACTERS, MOST_NAMES, Shown, shortened, territory
from tutelage.methods.trees.tree import Node, Tree


def test_what_a_question_sees() -> None:
    inner = Node("B", "why", children=[Node("D"), Node("E", children=[Node(str(n)) for n in range(5)])])
    root = Node("A", children=[inner, Node("C", children=[Node("F", children=[Node("G")])])])
    place = territory(Tree(root), (root, inner))
    assert (place.task, place.reason, place.above) == ("B", "why", ("A",))
    assert place.children == Shown(("D", "E (0, 1, 2, …)"), 0)
    assert place.siblings == Shown(("C",), 0)
    assert place.rest == Shown(("F", "G"), 0)


def test_a_large_tree_is_told_in_part() -> None:
    root = Node("Root")
    for number in range(50):
        root.children.append(
            Node(f"branch {number} {'x' * 60}", children=[Node(f"{number}/{n}") for n in range(99)])
        )
    place = territory(Tree(root), (root, root.children[3]))
    for shown, all_of_them in ((place.children, 99), (place.siblings, 49), (place.rest, 49 * 99)):
        assert len(shown.names) <= MOST_NAMES
        assert sum(map(len, shown.names)) <= MOST_CHARACTERS
        assert len(shown.names) + shown.others == all_of_them


@given(st.lists(st.text(min_size=1, max_size=30), max_size=80), st.integers(0, 30), st.integers(0, 300))
def test_shortened_lists_keep_their_bounds_and_tell_the_rest(
    names: list[str], most: int, characters: int
) -> None:
    shown = shortened(names, most, characters)
    assert len(shown.names) <= most
    assert sum(map(len, shown.names)) <= characters
    assert len(shown.names) + shown.others == len(names)
