"""What a dataset was to cover: names by the key of a cell, from a run's materials or a person's file.

skills.txt, skills.csv                            key ``skills``
query_types.md                                    key ``query_type``
tree.json, tree_meta_info.json                    key ``task``, with the level of each task
rows such as {"task": "haiku"} (JSON, CSV …)      the keys of the rows
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.methods.mixing.query_types import read_query_types
from tutelage.methods.mixing.skills import merge, read_skills
from tutelage.rows import read_rows, read_text

MATERIALS = ("skills.txt", "query_types.md", "tree.json")  # of a run, the files that name what it wants
ABOUT = "about"  # the column of a file of cells that says more and is no key
_NAMES = ("name", "raw_task_name", "task_name", "title", "task")  # what trees call the name of a task
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Wishes:
    """``names`` maps a key to the names to cover, ``levels`` a task to its depth in the tree (the root is
    0)."""

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)

    def over(self, below: Wishes) -> Wishes:
        """These wishes, and those of ``below`` under keys of which these say nothing."""
        return Wishes({**below.names, **self.names}, {**below.levels, **self.levels})


def wishes_of_run(folder: Path) -> tuple[Wishes, list[str]]:
    """What the materials of the run in ``folder`` name, and a sentence for each file that cannot be read (a
    person may have edited it)."""
    found, problems = Wishes(), []
    for name in MATERIALS:
        path = folder / "materials" / name
        if path.is_file():
            try:
                found = found.over(read_wishes(path))
            except BadInput as error:
                problems.append(f"materials/{name} is not used: {error.what}")
    return found, problems


def read_wishes(path: Path) -> Wishes:
    """What the file at ``path`` names, by its ending and content.

    Raises:
        BadInput: it cannot be read, or names nothing.
    """
    if path.suffix == ".md":
        return Wishes({"query_type": tuple(dict.fromkeys(each.name for each in read_query_types(path)))})
    if path.suffix == ".json":
        document = _document(path)
        if isinstance(document, dict) and "children" in document:
            return _of_tree(document, path)
    if path.suffix == ".txt" or path.name == "skills.csv":
        return Wishes({"skills": merge(read_skills(path), near=False).names})
    return _of_cells(path)


def _document(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError:
        return None  # JSON Lines by another name; read as rows, with the place of what is wrong
    except RecursionError as error:
        raise BadInput("this JSON is nested too deeply to be a tree", where=str(path)) from error


def _of_tree(root: Mapping[str, Any], path: Path) -> Wishes:
    levels = dict(_walk(root, 0, str(path)))
    return Wishes({"task": tuple(levels)}, levels)


def _walk(node: object, depth: int, where: str) -> Iterator[tuple[str, int]]:
    """Names and depths of the tasks below and with ``node`` that are not pruned, in pre-order."""
    if isinstance(node, str):
        yield node, depth
        return
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        raise BadInput(f"a task of the tree is {node!r:.60}", where=where, remedy='write {"name": "…"}')
    name = next((node[key] for key in _NAMES if isinstance(node.get(key), str) and node[key]), None)
    children = node.get("children") or []
    if name is None or not isinstance(children, list):
        raise BadInput(
            "a task of the tree has no name, or children that are no list",
            where=f"{where}: {str(dict(node))[:80]}",
            remedy='write {"name": "…", "children": []}',
        )
    if not node.get("pruned"):
        yield name, depth
    for child in children:
        yield from _walk(child, depth + 1, where)


def _of_cells(path: Path) -> Wishes:
    names: dict[str, dict[str, None]] = {}
    for row in read_rows(path):
        for key, value in row.data.items():
            if key == ABOUT or value is None or value == "":
                continue
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                raise BadInput(
                    f"a wanted cell is flat, but '{key}' is {value!r:.60}",
                    where=row.place,
                    remedy='write rows such as {"task": "haiku", "query_type": "advice"}',
                )
            names.setdefault(key, {})[str(value).strip()] = None
    return Wishes({key: tuple(found) for key, found in names.items()})
