"""The exploration state: what a prompt tells of a tree, bounded however large the tree is.

Explore-Instruct shows the model the children and the siblings of the task it asks about. Here it also sees a
digest of the rest. Every list is cut to a number of names and of characters, evenly over the list, and says
how many names it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tutelage.methods.trees.tree import Node, Tree

MOST_NAMES = 40  # of each list
MOST_CHARACTERS = 1_600  # of the names of each list together
_BELOW = 3  # children shown behind the name of a child
_REASON = 400  # characters


class Shown(NamedTuple):
    """Names, and how many others there are."""

    names: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question about ``task`` stands.

    ``above`` are the names from the root to its parent; ``children`` come each with some of their own in
    brackets; ``rest`` is what is elsewhere, the coarse before the fine.
    """

    task: str
    reason: str
    above: tuple[str, ...]
    children: Shown
    siblings: Shown
    rest: Shown


def territory(tree: Tree, path: Sequence[Node]) -> Place:
    """The state for a question about the last node of ``path`` (the nodes from the root to it)."""
    node = path[-1]
    siblings = [each for each in path[-2].children if each is not node] if len(path) > 1 else []
    told = {id(each) for each in (*path, *siblings, *node.children)}
    told |= {id(each) for child in node.children for each in child.children}
    elsewhere = sorted(
        (visit for visit in tree.walk() if id(visit.node) not in told), key=lambda visit: visit.depth
    )
    return Place(
        node.name,
        node.reason[:_REASON],
        tuple(each.name for each in path[:-1]),
        shortened([_with_children(each) for each in node.children]),
        shortened([each.name for each in siblings]),
        shortened([visit.node.name for visit in elsewhere]),
    )


def _with_children(node: Node) -> str:
    below = [each.name for each in node.children[:_BELOW]]
    if len(node.children) > _BELOW:
        below.append("…")
    return f"{node.name} ({', '.join(below)})" if below else node.name


def shortened(names: Sequence[str], most: int = MOST_NAMES, characters: int = MOST_CHARACTERS) -> Shown:
    """At most ``most`` names of at most ``characters`` together, spread evenly over ``names``."""
    most = min(most, len(names))
    chosen: list[str] = []
    for number in range(most):
        name = names[number * len(names) // most]
        characters -= len(name)
        if characters < 0:
            break
        chosen.append(name)
    return Shown(tuple(chosen), len(names) - len(chosen))
