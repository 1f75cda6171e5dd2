"""Files that a recipe points at: found beside it, and known by their content.

A setting called ``file`` or ending in ``_file`` (``files`` and ``_files``: a list) becomes an absolute path.
What ``tune`` calls its base or template, and ``evaluate`` whom it compares with, becomes one too, where such
a file or folder lies there.
A value under ``method.prompts`` that names a .txt, .md or .jinja file becomes the text of that file.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.recipe.kinds import Problem
from tutelage.recipe.overrides import KINDED
from tutelage.recipe.source import KeyPath, read_file

_WORDINGS = (".txt", ".md", ".jinja")
_MODELS = ("base", "template")  # of the section tune
_OTHERS = "shared_from"  # of its method
_AGAINST = "against"  # of the section evaluate


@dataclass(frozen=True)
class Resolved:
    """``data`` with files found; ``files`` holds name and digest of each; ``problems`` what is missing."""

    data: dict[str, Any]
    files: dict[KeyPath, dict[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def is_file(value: Any) -> bool:
    """Whether ``value`` of a recipe's tree stands for a file."""
    return isinstance(value, Mapping) and value.keys() == {"file", "path", "digest"}


def resolve(data: Mapping[str, Any], folder: Path) -> Resolved:
    """Find every file that ``data`` (a recipe's tree) names, relative to ``folder``."""
    result = Resolved(copy.deepcopy(dict(data)))
    _beside(result.data.get("tune"), folder)
    evaluate = result.data.get("evaluate")
    if isinstance(evaluate, dict) and _AGAINST in evaluate:
        evaluate[_AGAINST] = _found_beside(evaluate[_AGAINST], folder)
    for path, settings in _kinds(result.data):
        for key in [key for key in settings if key == "file" or key.endswith("_file")]:
            _point(result, settings, key, (*path, key), folder)
        for key in [key for key in settings if key == "files" or key.endswith("_files")]:
            for index in range(len(settings[key]) if isinstance(settings[key], list) else 0):
                _point(result, settings[key], index, (*path, key, index), folder)
        prompts = settings.get("prompts") if path == ("method",) else None
        if isinstance(prompts, dict):
            for step in prompts:
                _wording(result, prompts, step, folder)
    return result


def _kinds(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for key in KINDED:
        if isinstance(data.get(key), dict):
            yield (key,), data[key]
    tuning = data.get("tune")
    if isinstance(tuning, dict) and isinstance(tuning.get("method"), dict):
        yield ("tune", "method"), tuning["method"]
    evaluate = data.get("evaluate")
    benches = evaluate.get("benches") if isinstance(evaluate, dict) else None
    lists: dict[KeyPath, Any] = {("filters",): data.get("filters"), ("evaluate", "benches"): benches}
    for path, listed in lists.items():
        for index, each in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(each, dict):
                yield (*path, index), each


def _beside(tune: Any, folder: Path) -> None:
    """What lies beside the recipe: a base model, a template, other students; anything else is a name."""
    if not isinstance(tune, dict):
        return
    for key in _MODELS:
        tune.update({key: _found_beside(tune[key], folder)} if key in tune else {})
    method = tune.get("method")
    others = method.get(_OTHERS) if isinstance(method, dict) else None
    if isinstance(method, dict) and isinstance(others, list):
        method[_OTHERS] = [_found_beside(each, folder) for each in others]


def _found_beside(named: Any, folder: Path) -> Any:
    if not isinstance(named, str) or not named.strip():
        return named
    place = folder / Path(named).expanduser()
    return str(place.resolve()) if place.exists() else named


def _point(result: Resolved, holder: Any, key: str | int, path: KeyPath, folder: Path) -> None:
    named = holder[key]
    if not isinstance(named, str) or not named:
        return  # the kind's own check says what was expected
    place = folder / Path(named).expanduser()
    try:
        absolute = str(place.resolve())
        result.files[path] = {"file": named, "path": absolute, "digest": digest_file(place)}
        holder[key] = absolute
    except OSError as error:
        result.problems.append(Problem(path, _trouble(named, error), _advice(place)))


def _wording(result: Resolved, prompts: dict[str, Any], step: str, folder: Path) -> None:
    named = prompts[step]
    if not isinstance(named, str) or "\n" in named or not named.strip().endswith(_WORDINGS):
        return
    place = folder / Path(named.strip()).expanduser()
    if not place.is_file() and " " in named.strip():
        return  # a sentence that ends like a file name
    try:
        prompts[step] = read_file(place)
    except BadInput as error:
        result.problems.append(Problem(("method", "prompts", step), error.what, error.remedy))


def digest_file(path: Path) -> str:
    """The name of the bytes of ``path``: 32 hex digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _trouble(named: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file '{named}'"
    if isinstance(error, IsADirectoryError):
        return f"'{named}' is a folder, and one file is wanted (`tutelage tree import` makes one of a tree)"
    return f"the file '{named}' cannot be read: {error.strerror}"


def _advice(place: Path) -> str:
    beside = "paths are relative to the recipe's folder"
    if place.parent.is_dir():
        close = nearest(place.name, [each.name for each in place.parent.iterdir()])
        if close.startswith("did you"):
            return f"{close} ({beside})"
    return beside
