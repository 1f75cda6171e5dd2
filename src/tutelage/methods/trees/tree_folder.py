"""Trees as Explore-Instruct keeps them (Wan et al. 2023): a folder with one file a task.

    tree_meta_info.json     nested: raw_task_name, task_name, config_filename, reason, children
    <config_filename>       the same fields of one task, and its examples

``raw_task_name`` is our name, ``task_name`` a form of it that suits a file name. Fields that are not known
are kept, and stand in both files when the folder is written again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.methods.trees.tree_json import read_json
from tutelage.methods.trees.tree_nodes import (
    MAX_DEPTH,
    Names,
    Node,
    Tree,
    checked_examples,
    checked_name,
    checked_text,
    shown,
)

META_FILE = "tree_meta_info.json"
_NAMED = ("raw_task_name", "task_name", "config_filename", "reason")
_OURS = (*_NAMED, "children", "examples", "pruned")
_STEM = 70  # characters of a file name, so that it stays below 255 bytes in any script


def read_folder(folder: Path) -> Tree:
    """The tree of a folder.

    Raises:
        BadInput: a file is missing, damaged, named twice or outside the folder, or the tree is none.
    """
    meta = folder / META_FILE
    if not meta.is_file():
        raise BadInput(
            f"this folder holds no {META_FILE}", where=str(folder), remedy="name the folder of a task tree"
        )
    return Tree(_Reader(folder).node(read_json(meta), f"{meta}: root", 0))


class _Reader:
    """Reads one folder; knows which names and files it has met."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = Names()
        self._files: dict[str, str] = {}

    def node(self, value: Any, where: str, depth: int) -> Node:
        if not isinstance(value, Mapping):
            raise BadInput(
                f"a task must be an object, but this is {shown(value)}",
                where=where,
                remedy='write {"raw_task_name": "…", "config_filename": "….json", "children": []}',
            )
        if depth > MAX_DEPTH:
            raise BadInput(
                f"the tree is deeper than {MAX_DEPTH} levels", where=where, remedy="flatten the tree"
            )
        name = checked_name(value.get("raw_task_name", value.get("task_name")), f"{where}.raw_task_name")
        self._names.take(name, where)
        file = self._file(value.get("config_filename"), name, where)
        config = self._config(file, where)
        node = Node(
            name,
            checked_text(self._agreed(value, config, "reason", file), "reason", where),
            checked_examples(config.get("examples"), str(file)),
            pruned=_pruned(value.get("pruned", config.get("pruned"))),
            extra=_extra(value, config, name),
        )
        self._agreed({"raw_task_name": name}, config, "raw_task_name", file)
        children = value.get("children") or []
        if not isinstance(children, list):
            raise BadInput(
                f"'children' must be a list, but this is {shown(children)}", where=where, remedy="use [ ]"
            )
        for number, each in enumerate(children):
            node.children.append(self.node(each, f"{where}.children[{number}]", depth + 1))
        return node

    def _file(self, value: Any, name: str, where: str) -> Path:
        """The task's file, which must lie in the folder and belong to no other task."""
        value = f"{stem(name)}.json" if value is None else value
        if not isinstance(value, str) or not _plain_file(value) or value == META_FILE:
            raise BadInput(
                f"{shown(value)} cannot be the file of '{name}'",
                where=f"{where}.config_filename",
                remedy="name a file in the same folder, without any '/' in it",
            )
        first = self._files.setdefault(value.casefold(), where)
        if first != where:
            raise BadInput(
                f"two tasks share the file '{value}': the tree refers to itself, or a file was used again",
                where=f"{where}; the other: {first}",
                remedy="give each task a file of its own, and let no task be below itself",
            )
        return self._folder / value

    def _config(self, file: Path, where: str) -> Mapping[str, Any]:
        if not file.is_file():
            beside = [each.name for each in self._folder.iterdir() if each.name != META_FILE]
            raise BadInput(
                f"the file of a task is missing: '{file.name}'",
                where=where,
                remedy=nearest(file.name, beside[:500]),
            )
        if not file.resolve().is_relative_to(self._folder.resolve()):
            raise BadInput(
                f"'{file.name}' leads out of the folder",
                where=where,
                remedy="put the file itself into the folder",
            )
        config = read_json(file)
        if not isinstance(config, Mapping):
            raise BadInput(
                f"a task's file must hold an object, but this is {shown(config)}",
                where=str(file),
                remedy='write {"raw_task_name": "…", "reason": "…", "examples": []}',
            )
        return config

    def _agreed(self, value: Mapping[str, Any], config: Mapping[str, Any], key: str, file: Path) -> Any:
        """``key`` of either; two that differ are refused, because one would be lost."""
        one, other = value.get(key), config.get(key)
        if one and isinstance(other, str) and other and " ".join(other.split()) != " ".join(str(one).split()):
            raise BadInput(
                f"{META_FILE} and {file.name} disagree on '{key}': {shown(one)}, {shown(other)}",
                where=str(file),
                remedy="write the same in both",
            )
        return one or other


def _plain_file(name: str) -> bool:
    """Whether ``name`` is a file name alone, on any system."""
    inside = PurePosixPath(name).name == name == PureWindowsPath(name).name
    return inside and name not in ("", ".", "..") and name.isprintable()


def _pruned(value: Any) -> str:
    return "true" if value is True else str(value or "")


def _extra(value: Mapping[str, Any], config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What is not ours, and the file names where they are not those that we would give."""
    extra = {key: each for key, each in {**config, **value}.items() if key not in _OURS}
    usual = stem(name)
    if value.get("task_name", usual) != usual:
        extra["task_name"] = value["task_name"]
    if value.get("config_filename", f"{usual}.json") != f"{usual}.json":
        extra["config_filename"] = value["config_filename"]
    return extra


def stem(name: str) -> str:
    """``name`` as the stem of a file: letters and digits of any script in lower case, ``_`` for the rest."""
    return "".join(letter if letter.isalnum() else "_" for letter in name.lower())[:_STEM]


def write_folder(tree: Tree, folder: Path) -> None:
    """Write ``tree`` into ``folder``, which is made where it is not there; reads back as the same tree.

    Names that would fall on one file get a number, and keep that file from then on. Files of the same name
    are overwritten.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken = {META_FILE}
    meta = _write_node(tree.root, folder, taken)
    (folder / META_FILE).write_text(_rendered(meta, 2), encoding="utf-8")


def _write_node(node: Node, folder: Path, taken: set[str]) -> dict[str, Any]:
    """Write the files of ``node`` and all below it; its entry of the nested file."""
    task_name = str(node.extra.get("task_name", stem(node.name)))
    named = node.extra.get("config_filename")
    file = _free(named if isinstance(named, str) and _plain_file(named) else f"{stem(node.name)}.json", taken)
    head: dict[str, Any] = {
        "raw_task_name": node.name,
        "task_name": task_name,
        "config_filename": file,
        "reason": node.reason,
    }
    if node.pruned:
        head["pruned"] = True if node.pruned == "true" else node.pruned
    head |= {key: value for key, value in node.extra.items() if key not in _OURS}
    (folder / file).write_text(_rendered({**head, "examples": node.examples}, 1), encoding="utf-8")
    return {**head, "children": [_write_node(each, folder, taken) for each in node.children]}


def _free(file: str, taken: set[str]) -> str:
    """``file``, with a number where that name is taken."""
    base, dot, ending = file.rpartition(".")
    number, free = 1, file
    while free.casefold() in taken:
        number += 1
        free = f"{base}_{number}{dot}{ending}"
    taken.add(free.casefold())
    return free


def _rendered(value: Any, indent: int) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent) + "\n"
