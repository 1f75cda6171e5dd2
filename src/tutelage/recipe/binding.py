"""A model named on the command line, as a teacher.

smollm2, model.gguf, org/name:file.gguf     kind gguf
openai:gpt-4o-mini, hf:org/name             the kind before the colon
recipe.yaml                                 the model of that role in the recipe, else its teacher
a folder                                    a student or transformers model: gguf if it holds one, else hf
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutelage import plugins
from tutelage.asking import TeacherRole
from tutelage.errors import BadInput
from tutelage.recipe.kinds import build
from tutelage.recipe.reading import load
from tutelage.teachers.teacher import Teacher

_RECIPE = "recipe"  # what stands in place of a kind where a recipe is named
_RECIPES = (".yaml", ".yml")


def bind(model: str, role: TeacherRole, settings: Mapping[str, Any] | None = None) -> Teacher:
    """The teacher that ``model`` names; ``settings`` (of ``--set ROLE.KEY=VALUE``) are laid over it.

    Raises:
        BadInput: nothing is known by that name, or the kind does not take the settings.
    """
    given = dict(settings or {})
    kind, name = _kind_of(model)
    if kind == _RECIPE:
        return _of_recipe(Path(name), role, given)
    kind = str(given.pop("kind", kind))
    # A teacher that is no model of its own is named by its file of rules.
    key = "model" if "model" in plugins.load("teachers", kind).model_fields else "file"
    built = build("teachers", kind, {key: name} | given, f"--{role} {model}")
    assert isinstance(built, Teacher)  # the group holds nothing else
    return built


def _of_recipe(path: Path, role: TeacherRole, settings: Mapping[str, Any]) -> Teacher:
    recipe = load(path, [f"{role}.{key}={value}" for key, value in settings.items()])
    return recipe.roles().get(role, recipe.teacher)


def _kind_of(model: str) -> tuple[str, str]:
    """The kind of teacher, or that it is a recipe, and the model's name for it."""
    before, colon, after = model.partition(":")
    if colon and after and before in plugins.names("teachers"):
        return before, after
    path = Path(model).expanduser()
    if path.suffix.lower() in _RECIPES:
        return _RECIPE, model
    if model and path.is_dir():
        return ("gguf" if any(path.glob("*.gguf")) else "hf"), model
    if model == "smollm2" or model.endswith(".gguf"):
        return "gguf", model
    raise BadInput(
        f"'{model}' names no model",
        where=f"{model}",
        remedy="name smollm2, a .gguf file, a student's folder, a recipe (.yaml), or KIND:MODEL such as"
        " openai:gpt-4o-mini; kinds: " + ", ".join(plugins.names("teachers")),
    )
