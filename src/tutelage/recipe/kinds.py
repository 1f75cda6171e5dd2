"""Settings → kind, with one error that lists everything wrong in words a person can act on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from tutelage import plugins
from tutelage.errors import BadInput, nearest
from tutelage.plugins import Kind
from tutelage.recipe import outline
from tutelage.recipe.source import KeyPath


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the key path inside the data that was checked, what is wrong, and what to do."""

    path: KeyPath
    what: str
    remedy: str = ""


def build(group: str, name: str, settings: Mapping[str, Any], where: str) -> Kind:
    """The kind ``name`` of ``group`` (``"filters"``, ``"methods"``, …) with ``settings``.

    Raises:
        BadInput: no such kind, or settings it does not take; one error lists all of them, each with its
            key, the value found, what was expected and the nearest known key. ``where`` is quoted.
    """
    built, problems = attempt(group, name, settings)
    if built is None:
        raise complaint(problems, lambda _: where, subject=f"the {plugins.one(group)} '{name}'")
    return built


def attempt(group: str, name: str, settings: Mapping[str, Any]) -> tuple[Kind | None, list[Problem]]:
    """The kind and no problems, or ``None`` and the problems."""
    try:
        model: type[Kind] = plugins.load(group, name)
    except BadInput as error:
        return None, [Problem(("kind",), error.what, error.remedy)]
    built, problems = validate(model, settings)
    return (built if isinstance(built, Kind) else None), problems


def validate(model: type[BaseModel], data: Mapping[str, Any]) -> tuple[BaseModel | None, list[Problem]]:
    """``data`` as a ``model`` and no problems, or ``None`` and what is wrong with it."""
    plain = dict(data)
    schema = outline.of(model)
    problems = [
        Problem(path, f"expected {_kind_of(part)}, found {str(value).lower()}", "write a number")
        for path, value, part in _booleans(plain, schema, schema, ())
    ]
    try:
        built = model.model_validate(plain)
    except ValidationError as error:
        return None, [*problems, *_problems(error, plain, schema)]
    except BadInput as error:  # a kind's own check may say it in its own words
        if error.where.partition(".")[0] in plain:
            return None, [Problem(tuple(error.where.split(".")), error.what, error.remedy)]
        place = f" ({error.where})" if error.where else ""  # a place inside a file that the kind has read
        return None, [Problem((), f"{error.what}{place}", error.remedy)]
    return (None, problems) if problems else (built, [])


def complaint(problems: Sequence[Problem], place: Callable[[KeyPath], str], *, subject: str) -> BadInput:
    """One error for all ``problems``; ``place`` tells where a path stands."""
    if len(problems) == 1:
        only = problems[0]
        key = dotted(only.path)
        head = f"{subject}: {key}: {only.what}" if key else f"{subject}: {only.what}"
        return BadInput(head, where=place(only.path), remedy=only.remedy or "correct the value")
    problems = sorted(problems, key=lambda each: _natural(place(each.path)))
    lines = [f"{subject} has {len(problems)} problems"]
    for each in problems:
        advice = f" ({each.remedy})" if each.remedy else ""
        lines.append(f"  {place(each.path)}: {dotted(each.path)}: {each.what}{advice}")
    return BadInput("\n".join(lines), where=place(problems[0].path), remedy="correct each of them")


def _natural(place: str) -> list[tuple[int, str]]:
    """Line 10 after line 9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in place.split(":")]


def dotted(path: KeyPath) -> str:
    """``("filters", 1, "threshold")`` → ``filters[1].threshold``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _problems(error: ValidationError, data: Any, schema: Mapping[str, Any]) -> list[Problem]:
    found: dict[KeyPath, Problem] = {}
    for each in error.errors(include_url=False):
        path = _real_path(each["loc"], data, named=each["type"] in ("missing", "extra_forbidden"))
        new = _problem(each, path, schema)
        old = found.get(path)
        if old is None:
            found[path] = new
        elif old.what != new.what and new.what.startswith("expected "):  # branches of a union
            wanted = old.what.split(", found ")[0]
            found[path] = Problem(path, f"{wanted} or {new.what.removeprefix('expected ')}", old.remedy)
    return list(found.values())


def _problem(each: Any, path: KeyPath, schema: Mapping[str, Any]) -> Problem:
    if each["type"] == "extra_forbidden":
        known = outline.keys(schema, path[:-1])
        return Problem(path, f"unknown key '{path[-1]}'", nearest(str(path[-1]), known))
    if each["type"] == "missing":
        return Problem(path, f"the key '{path[-1]}' is missing", f"add {dotted(path)}: VALUE")
    message = str(each["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if each["type"] == "path_type":
        message = "expected the name of a file"
    if message.startswith("Input should be "):
        said = message.removeprefix("Input should be ")
        said = said.replace("'', ", "nothing, ")  # an empty choice
        message = "expected " + (said if each["type"] == "literal_error" else said.partition(", ")[0])
        for theirs, ours in _PLAIN_WORDS:
            message = message.replace(theirs, ours)
    return Problem(path, f"{message}, found {_quoted(each['input'])}")


_PLAIN_WORDS = (
    ("a valid integer", "a whole number"),
    ("a valid number", "a number"),
    ("a valid string", "text"),
    ("a valid boolean", "true or false"),
    ("a valid dictionary", "a mapping"),
    ("a valid mapping", "a mapping"),
    ("a valid tuple", "a list"),
    ("a valid list", "a list"),
)


def _quoted(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def _real_path(loc: Sequence[str | int], data: Any, *, named: bool) -> KeyPath:
    """``loc`` without the names of union branches, which pydantic mixes in among the keys."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if _holds(data, part):
            data = data[part]
        elif not (last and named):
            continue
        path.append(part)
    return tuple(path)


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, (list, tuple)):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, Mapping) and part in data


def _kind_of(schema: Mapping[str, Any]) -> str:
    kinds = {"integer": "a whole number", "number": "a number", "string": "text"}
    return kinds.get(str(schema.get("type")), "another value")


def _booleans(
    value: Any, part: Mapping[str, Any], root: Mapping[str, Any], path: KeyPath
) -> Iterator[tuple[KeyPath, bool, Mapping[str, Any]]]:
    """Where true or false stands for a number, which pydantic would quietly read as 1 or 0."""
    if isinstance(value, bool):
        branches = list(outline.branches(part, root))
        if branches and all(each.get("type") in ("integer", "number", "null") for each in branches):
            yield path, value, branches[0]
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _booleans(below, outline.part(part, (key,), root), root, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, below in enumerate(value):
            yield from _booleans(below, outline.part(part, (index,), root), root, (*path, index))
