"""Find the model that a name means: the embedded one, a folder, a GGUF file, a student, or one of the hub.

    find("smollm2")        the embedded model's file                             kind "gguf"
    find("./model")        a folder with config.json                             kind "folder"
    find("./model.gguf")   a file of llama.cpp                                   kind "gguf"
    find("./student")      a folder with student.json, as tuning leaves one      kind "student"
    find("org/name")       a repository on the hub, fetched when it is loaded    kind "hub"

Nothing heavy is imported: a wrong name is told before torch is.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tutelage.errors import BadInput
from tutelage.models import embedded
from tutelage.models.gguf_header import check

SMOLLM2 = "smollm2"
STUDENT = "student.json"
CONFIG = "config.json"
_HUB = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}")
_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_TOLD = 120  # letters of a name that are repeated in a message
_KNOWN = f"'{SMOLLM2}', a folder with {CONFIG}, a .gguf file, a student's folder, or org/name on the hub"


@dataclass(frozen=True, slots=True)
class Found:
    """A model's place. ``name`` is for lineage and cards; ``path`` is ``None`` for one of the hub."""

    name: str
    kind: Literal["folder", "gguf", "hub", "student"]
    path: Path | None


def find(model: str) -> Found:
    """What ``model`` means; a file or folder is looked into, a hub's repository is not asked for.

    Raises:
        BadInput: there is no such thing, or it is no model; offers the nearest name.
        TeacherRefused: ``smollm2`` is wanted and cannot be fetched.
    """
    if not model.strip():
        raise BadInput("no model is named", where=f"model: {model!r}", remedy=f"give {_KNOWN}")
    if model == SMOLLM2:
        return Found(embedded.NAME.removesuffix(".gguf"), "gguf", embedded.smollm2())
    path = Path(model).expanduser()
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.exists():
            return _file(path)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"the model cannot be read: {getattr(error, 'strerror', None) or error}",
            where=f"model: {_brief(model)}",
            remedy="check the path and who may read it",
        ) from error
    close = _nearest(model, path)
    if _HUB.fullmatch(model) and not close:
        return Found(model, "hub", None)
    remedy = f"did you mean '{close}'? A model is {_KNOWN}" if close else f"give {_KNOWN}"
    raise BadInput(f"there is no model {_brief(model)}", where=f"model: {_brief(model)}", remedy=remedy)


def _in_folder(path: Path) -> Found:
    name = path.resolve().name
    if (path / STUDENT).is_file():
        return Found(name, "student", path)
    config = path / CONFIG
    if not config.is_file():
        raise BadInput(
            f"the folder holds no model: {CONFIG} is missing",
            where=str(path),
            remedy=_inside(path) or f"give {_KNOWN}",
        )
    _check_config(config)
    if not any((path / each).is_file() for each in _WEIGHTS):
        raise BadInput(
            "the folder holds a model's configuration but no weights",
            where=str(path),
            remedy=f"it needs one of: {', '.join(_WEIGHTS)}",
        )
    return Found(name, "folder", path)


def _check_config(config: Path) -> None:
    try:
        settings = json.loads(config.read_text("utf-8"))
        problem = "" if isinstance(settings, dict) and "model_type" in settings else "names no model_type"
    except ValueError as error:
        problem = f"is not JSON: {error}"
    if problem:
        raise BadInput(
            f"the model's configuration {problem}", where=str(config), remedy="fetch the model again"
        )


def _inside(path: Path) -> str:
    """What the folder holds that is a model, as the remedy."""
    inner = sorted(each.name for each in path.iterdir() if each.is_dir() and (each / CONFIG).is_file())
    files = sorted(each.name for each in path.glob("*.gguf"))
    found = [*files, *inner]
    return f"give one of what lies in it: {', '.join(found[:5])}" if found else ""


def _file(path: Path) -> Found:
    if path.name in (CONFIG, STUDENT) or path.suffix == ".safetensors":
        raise BadInput(
            "this is one file of a model's folder",
            where=f"model: {str(path)!r}",
            remedy=f"give the folder: {path.parent}",
        )
    check(path)
    return Found(path.name.removesuffix(".gguf"), "gguf", path)


def _brief(model: str) -> str:
    """The name for a message, quoted: short, and without what would steer a terminal."""
    return repr(model if len(model) <= _TOLD else f"{model[:_TOLD]}…")


def _nearest(model: str, path: Path) -> str:
    """The nearest thing that exists (``smollm2``, or a neighbour of the path), or nothing."""
    names = {} if "/" in model else {SMOLLM2: SMOLLM2}
    try:
        if path.parent.is_dir():
            names |= {each.name.lower(): str(path.parent / each.name) for each in path.parent.iterdir()}
    except OSError:
        pass  # a folder that may not be listed has no neighbours to offer
    close = difflib.get_close_matches(path.name.lower(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else ""
