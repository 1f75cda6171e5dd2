"""Trees of tasks as files: plain JSON that a person reads, edits and feeds back.

    {"name": "Poetry", "reason": "", "examples": [{"instruction": "…", "input": "", "output": "…"}],
     "children": [{"name": "Haiku", "reason": "A strict form.", "examples": [], "children": []}]}

Every field but the name may be left out, and a child may be its name alone. ``"pruned": true`` (or by whom,
or why) takes a task out. Fields that are not ours are kept, but one that is nearly ours is a slip and
refused. A flat list is read too:

    {"tasks": [{"name": "Poetry"}, {"name": "Haiku", "parent": "Poetry"}]}

The folders of Explore-Instruct are in :mod:`tutelage.methods.trees.tree_folder`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.methods.trees.tree_folder import META_FILE, read_folder, write_folder
from tutelage.methods.trees.tree_json import parse_json, read_json
from tutelage.methods.trees.tree_nodes import (
    MAX_DEPTH,
    Names,
    Node,
    Tree,
    Visit,
    checked_examples,
    checked_name,
    checked_text,
    name_key,
    shown,
)

__all__ = ["Node", "Tree", "Visit", "name_key", "parse_tree", "read_tree", "render_tree", "write_folder"]

_OURS = ("name", "reason", "examples", "children", "pruned")
_READ = (*_OURS, "parent")
_SLIP = 0.8  # as like as this is a slip of the pen; "names" of one's own would be too
_NAMELESS = ("raw_task_name", "title", "task", "task_name", "label", "id")  # what others may call the name


def read_tree(path: str | Path) -> Tree:
    """The tree of a JSON file, or of a folder in the form of Explore-Instruct.

    Raises:
        BadInput: there is no such file, or it holds no tree; the message names the place in it.
    """
    path = Path(path)
    if path.is_dir():
        return read_folder(path)
    if path.name == META_FILE:
        return read_folder(path.parent)
    return _of_document(read_json(path), str(path))


def parse_tree(text: str, where: str) -> Tree:
    """The tree that ``text`` holds, nested or flat; ``where`` names its source in messages.

    Raises:
        BadInput: no JSON, or no tree: wrong types, no or equal names, cycles, unknown parents, too deep.
    """
    return _of_document(parse_json(text, where), where)


def render_tree(tree: Tree) -> str:
    """``tree`` as JSON that :func:`parse_tree` reads back as the same tree."""
    return json.dumps(_plain(tree.root), ensure_ascii=False, indent=2) + "\n"


def _plain(node: Node) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": node.name, "reason": node.reason}
    if node.pruned:
        plain["pruned"] = True if node.pruned == "true" else node.pruned
    plain |= {key: value for key, value in node.extra.items() if key not in _OURS}
    return plain | {"examples": node.examples, "children": [_plain(each) for each in node.children]}


def _of_document(document: Any, where: str) -> Tree:
    if isinstance(document, Mapping) and isinstance(document.get("tasks"), list) and "name" not in document:
        return _flat(document["tasks"], f"{where}: tasks")
    if isinstance(document, list):
        return _flat(document, f"{where}: ")
    if not isinstance(document, Mapping):
        raise BadInput(
            f"a tree must be a JSON object, but this is {shown(document)}",
            where=where,
            remedy='write {"name": "…", "children": [{"name": "…"}]}',
        )
    return Tree(_nested(document, f"{where}: root", 0, Names()))


def _nested(value: Any, where: str, depth: int, names: Names) -> Node:
    if depth > MAX_DEPTH:
        raise BadInput(f"the tree is deeper than {MAX_DEPTH} levels", where=where, remedy="flatten the tree")
    node = _node(value, where)
    names.take(node.name, where)
    children = value.get("children") if isinstance(value, Mapping) else None
    if children is not None and not isinstance(children, list):
        raise BadInput(
            f"'children' must be a list, but this is {shown(children)}",
            where=where,
            remedy='write "children": [{"name": "…"}]',
        )
    for number, each in enumerate(children or ()):
        node.children.append(_nested(each, f"{where}.children[{number}]", depth + 1, names))
    return node


def _node(value: Any, where: str) -> Node:
    """The node that ``value`` describes, without its children."""
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, Mapping):
        raise BadInput(
            f"a task must be an object or its name, but this is {shown(value)}",
            where=where,
            remedy='write {"name": "…", "reason": "…", "examples": [], "children": []}',
        )
    if "name" not in value:
        instead = next((key for key in _NAMELESS if key in value), "")
        hint = f"call the field 'name' instead of '{instead}'" if instead else "give every task a 'name'"
        raise BadInput(f"this task has no name: {shown(dict(value))}", where=where, remedy=hint)
    _refuse_slips(value, where)
    return Node(
        checked_name(value["name"], where),
        checked_text(value.get("reason"), "reason", where),
        checked_examples(value.get("examples"), where),
        pruned=_pruned(value.get("pruned"), where),
        extra={key: each for key, each in value.items() if key not in _OURS},
    )


def _refuse_slips(value: Mapping[str, Any], where: str) -> None:
    """Refuse a key that is nearly one of ours: kept as foreign, what it holds would not count."""
    for key in value:
        close = difflib.get_close_matches(key.lower(), _READ, n=1, cutoff=_SLIP) if key not in _READ else []
        if close:
            raise BadInput(f"unknown key '{key}'", where=where, remedy=f"did you mean '{close[0]}'?")


def _pruned(value: Any, where: str) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if isinstance(value, str):
        return value
    raise BadInput(
        f"'pruned' must be true, false, or by whom, but this is {shown(value)}",
        where=where,
        remedy="write true or false",
    )


def _flat(tasks: list[Any], where: str) -> Tree:
    """The tree of a list in which each task names its parent; the one that names none is the root."""
    names, nodes = Names(), dict[str, Node]()
    parents: dict[str, str] = {}
    for number, value in enumerate(tasks):
        place = f"{where}[{number}]"
        node = _node(value, place)
        names.take(node.name, place)
        if isinstance(value, Mapping) and value.get("children"):
            raise BadInput(
                f"'{node.name}' has children in a flat list",
                where=place,
                remedy="let each task name its 'parent', or write one nested object",
            )
        nodes[name_key(node.name)] = node
        parent = node.extra.pop("parent", None)
        if parent not in (None, ""):
            parents[name_key(node.name)] = checked_name(parent, place)
    return Tree(_joined(nodes, parents, where))


def _joined(nodes: dict[str, Node], parents: dict[str, str], where: str) -> Node:
    roots = [node for key, node in nodes.items() if key not in parents]
    for key, parent in parents.items():
        if name_key(parent) not in nodes:
            raise BadInput(
                f"the parent of '{nodes[key].name}' is not in the tree: '{parent}'",
                where=where,
                remedy=nearest(parent, [node.name for node in nodes.values()]),
            )
        _refuse_cycle(key, parents, nodes, where)
        nodes[name_key(parent)].children.append(nodes[key])
    if len(roots) != 1:
        named = ", ".join(f"'{node.name}'" for node in roots[:5])
        raise BadInput(
            f"a tree has one root, but {len(roots)} tasks have no parent" + (f": {named}" if named else ""),
            where=where,
            remedy="leave out 'parent' of the root, and of no other task",
        )
    return roots[0]


def _refuse_cycle(key: str, parents: dict[str, str], nodes: dict[str, Node], where: str) -> None:
    """Refuse a task that is its own ancestor, or that has too many of them."""
    above = [key]
    while above[-1] in parents:
        above.append(name_key(parents[above[-1]]))
        if above[-1] not in nodes:
            return  # reported as an unknown parent in its turn
        if above[-1] in above[:-1]:
            circle = above[above.index(above[-1]) :]
            way = " → ".join(f"'{nodes[each].name}'" for each in circle)
            raise BadInput(
                f"the tree runs in a circle: {way}", where=where, remedy="give one of them another parent"
            )
        if len(above) > MAX_DEPTH + 1:
            raise BadInput(
                f"the tree is deeper than {MAX_DEPTH} levels", where=where, remedy="flatten the tree"
            )
