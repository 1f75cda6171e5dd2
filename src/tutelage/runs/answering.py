"""The teacher that answers for a model that a command names: GGUF by llama.cpp, any other by torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from tutelage import plugins
from tutelage.errors import BadInput
from tutelage.models.finding import Found, find
from tutelage.models.student import gguf_file
from tutelage.models.student import read as read_student
from tutelage.recipe.kinds import build
from tutelage.recipe.reading import load
from tutelage.teachers.teacher import Teacher

Runtime = Literal["gguf", "hf"]
RUNTIMES: tuple[str, ...] = get_args(Runtime)
_RECIPES = (".yaml", ".yml")


def local_teacher(
    model: str, *, runtime: Runtime | None = None, settings: Mapping[str, Any] | None = None
) -> Teacher:
    """A model on this machine as a teacher; it is found but not loaded.

    ``runtime`` of ``None`` takes llama.cpp for a GGUF file, and for a student that has one; otherwise torch.
    ``settings`` are those of the kind; the ones that it does not have, and those that are ``None``, are left.

    Raises:
        BadInput: there is no such model, or the runtime cannot serve it.
    """
    place, chosen = _place(model, runtime)
    known = plugins.load("teachers", chosen).model_fields
    given = {key: value for key, value in (settings or {}).items() if value is not None and key in known}
    built = build("teachers", chosen, {"model": place, **given}, f"model: {model}")
    assert isinstance(built, Teacher)  # the group holds nothing else
    return built


def any_teacher(
    model: str,
    *,
    role: str = "teacher",
    runtime: Runtime | None = None,
    settings: Mapping[str, Any] | None = None,
    sets: tuple[str, ...] = (),
) -> Teacher:
    """A local model, or the model that plays ``role`` in the recipe file ``model``.

    Raises:
        BadInput: as :func:`local_teacher`; or the recipe is wrong, or binds nobody to the role.
    """
    if not model.endswith(_RECIPES):
        if sets:
            raise BadInput(
                "--set changes a recipe, and this is a model", where=f"--set {sets[0]}", remedy="leave it out"
            )
        return local_teacher(model, runtime=runtime, settings=settings)
    roles: dict[str, Teacher] = {str(name): made for name, made in load(Path(model), sets).roles().items()}
    if role not in roles:
        raise BadInput(
            f"the recipe binds no model to the role '{role}'",
            where=model,
            remedy=f"bound: {', '.join(roles)}",
        )
    return roles[role]


def _place(model: str, runtime: Runtime | None) -> tuple[str, Runtime]:
    """What the kind of teacher is given as its model, and which kind."""
    if ":" in model and model.endswith(".gguf") and not Path(model).exists():
        return model, "gguf"  # one file of a repository on the hub, which that kind fetches
    found = find(model)
    chosen = runtime or ("gguf" if _has_gguf(found) else "hf")
    if chosen == "hf" or found.kind == "gguf":
        return model, chosen
    if found.kind == "student" and found.path is not None:
        gguf_file(found.path)  # says how to make one, where there is none
        return model, chosen
    raise BadInput(
        "llama.cpp reads GGUF files, and this is none",
        where=f"model: {model}",
        remedy="leave the runtime out: torch loads it; or tune with --gguf q8_0 to get such a file",
    )


def _has_gguf(found: Found) -> bool:
    if found.kind == "student" and found.path is not None:
        named = read_student(found.path).gguf
        return bool(named) and (found.path / named).is_file()
    return found.kind == "gguf"
