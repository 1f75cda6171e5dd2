"""YAML text → plain data plus the place of every key, so that an error can point at line and column.

The scalars are those of YAML 1.2's core schema: ``no`` is a word and ``1e6`` a number, unlike YAML 1.1.
Keys are text, may not repeat, and aliases are bounded, so that a small file cannot become a huge tree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tutelage.errors import BadInput, nearest

KeyPath = tuple[str | int, ...]

_MAX_NODES = 100_000
_MAX_DEPTH = 40
_PREFIX = "tag:yaml.org,2002:"
_SCALARS = {_PREFIX + kind for kind in ("str", "int", "float", "bool", "null")}


class _CoreLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalar rules of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _kind, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*)|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
):
    _CoreLoader.add_implicit_resolver(_PREFIX + _kind, re.compile(f"^(?:{_pattern})$"), list(_first))


@dataclass(frozen=True)
class Source:
    """The data of one YAML text and where each part of it stands."""

    where: str
    data: Any
    marks: Mapping[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def at(self, path: KeyPath) -> str:
        """``file:line:column`` of the key at ``path``, or of the nearest part around it that was written."""
        while path and path not in self.marks:
            path = path[:-1]
        if path not in self.marks:
            return self.where
        line, column = self.marks[path]
        return f"{self.where}:{line}:{column}"


def read(text: str, where: str) -> Source:
    """The data of ``text``; ``where`` names it in errors.

    Raises:
        BadInput: not YAML, a key twice, a tag other than plain scalars, or an alias that grows without end.
    """
    try:
        loader = _CoreLoader(text)
    except yaml.reader.ReaderError as error:
        raise BadInput(
            f"the text holds a character that YAML does not allow (number {error.position + 1})",
            where=where,
            remedy="save the file as plain UTF-8 text",
        ) from error
    try:
        node = loader.get_single_node()
        walk = _Walk(loader, where)
        data = walk.value(node, ()) if node is not None else None
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, where) from error
    finally:
        loader.dispose()
    return Source(where, data, walk.marks)


def read_file(path: Path) -> str:
    """The text of ``path`` as UTF-8, a byte-order mark removed.

    Raises:
        BadInput: no such file (with the nearest name beside it), not a file, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(f"there is no file '{path}'", where=str(path.parent), remedy=_sibling(path)) from error
    except UnicodeDecodeError as error:
        raise BadInput(
            f"'{path}' is not UTF-8 text (byte {error.start})",
            where=str(path),
            remedy="save the file as UTF-8",
        ) from error
    except OSError as error:
        raise BadInput(
            f"'{path}' cannot be read: {error.strerror}", where=str(path), remedy="name a readable file"
        ) from error


def _sibling(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"the folder '{folder}' does not exist; check the path"
    names = [each.name for each in folder.iterdir() if each.is_file()]
    if not names:
        return "check the path; its folder is empty"
    advice = nearest(path.name, names)
    return advice if advice.startswith("did you") else "check the path and the name"


def _not_yaml(error: yaml.MarkedYAMLError, where: str) -> BadInput:
    mark = error.problem_mark or error.context_mark
    place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
    said = " ".join(part for part in (error.context, error.problem) if part)
    remedy = "check indentation, colons and quotes here; quote text that holds ': ' or starts with a sign"
    if "\\t" in said:
        remedy = "indent with spaces, never with tabs"
    return BadInput(f"this is not valid YAML: {said}", where=place, remedy=remedy)


class _Walk:
    """Builds plain data from composed nodes and notes where each key stands."""

    def __init__(self, loader: _CoreLoader, where: str) -> None:
        self._loader = loader
        self._where = where
        self._nodes = 0
        self.marks: dict[KeyPath, tuple[int, int]] = {}

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self._nodes += 1
        if self._nodes > _MAX_NODES or len(path) > _MAX_DEPTH:
            raise BadInput(
                "the file nests or repeats itself too much",
                where=self._place(node),
                remedy="write the values out; an alias must not hold itself",
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._element(child, (*path, index)) for index, child in enumerate(node.value)]
        if node.tag not in _SCALARS:
            raise BadInput(
                f"the tag '{node.tag.removeprefix(_PREFIX)}' is not understood",
                where=self._place(node),
                remedy="write plain text, numbers, true, false or null, without '!' tags",
            )
        try:
            return self._loader.construct_object(node, deep=True)
        except ValueError as error:  # an explicit tag such as !!int on a word
            raise BadInput(
                f"'{node.value}' does not fit its tag", where=self._place(node), remedy="remove the tag"
            ) from error

    def _element(self, node: yaml.Node, path: KeyPath) -> Any:
        self._note(path, node)
        return self.value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadInput(
                    "a key must be a word",
                    where=self._place(key_node),
                    remedy="quote a value that starts with '{' or '['",
                )
            key = str(key_node.value)
            here = (*path, key)
            if key in data:
                first = self.marks[here][0]
                raise BadInput(
                    f"the key '{key}' stands twice, first in line {first}",
                    where=self._place(key_node),
                    remedy="keep one of the two",
                )
            self._note(here, key_node)
            data[key] = self.value(value_node, here)
        return data

    def _note(self, path: KeyPath, node: yaml.Node) -> None:
        self.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)

    def _place(self, node: yaml.Node) -> str:
        return f"{self._where}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
