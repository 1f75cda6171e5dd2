"""The JSON schema of a recipe, for editors, with the settings of every installed kind."""

from __future__ import annotations

from typing import Any

from tutelage import plugins
from tutelage.errors import BadInput
from tutelage.recipe import outline
from tutelage.recipe.overrides import DEFAULT_KINDS, ROLES
from tutelage.recipe.reading import Declaration


def schema() -> dict[str, Any]:
    """A JSON schema (draft 2020-12) that accepts what :func:`tutelage.recipe.parse` accepts.

    A kind whose package cannot be imported here is left out.
    """
    result = outline.of(Declaration)
    definitions = result.setdefault("$defs", {})
    properties = result["properties"]
    for role in ROLES:
        choices = _choices("teachers", definitions, default=DEFAULT_KINDS[role])
        properties[role] = _documented(properties[role], choices if role == "teacher" else [*choices, _NULL])
    properties["method"] = _documented(properties["method"], _choices("methods", definitions))
    items = {"anyOf": _choices("filters", definitions)}
    properties["filters"] = {**properties["filters"], "items": items}
    _name_kinds(definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **result, "title": "Tutelage recipe"}


_NULL = {"type": "null"}


def _name_kinds(definitions: dict[str, Any]) -> None:
    """The ways to tune and the benches, by name, in the sections that have them."""
    properties = definitions["TuneSettings"]["properties"]
    properties["method"] = _documented(properties["method"], _choices("tuning", definitions))
    benches = _choices("benches", definitions)
    properties = definitions["EvaluateSettings"]["properties"]
    listed = {"type": "array", "items": {"anyOf": benches}, "minItems": 1}
    properties["benches"] = _documented(properties["benches"], [listed, *benches])


def _documented(old: dict[str, Any], choices: list[dict[str, Any]]) -> dict[str, Any]:
    kept: dict[str, Any] = {key: old[key] for key in ("description", "default") if key in old}
    return {**kept, "anyOf": choices}


def _choices(group: str, definitions: dict[str, Any], default: str | None = None) -> list[dict[str, Any]]:
    """The kinds of ``group`` by name alone or with settings, the latter as entries of ``definitions``."""
    found: list[dict[str, Any]] = [{"enum": plugins.names(group)}]
    for name in plugins.names(group):
        try:
            described = outline.of(plugins.load(group, name))
        except BadInput:
            continue
        definitions.update(described.pop("$defs", {}))
        described["properties"] = {"kind": {"const": name}, **described.get("properties", {})}
        if name != default:
            described["required"] = ["kind", *described.get("required", ())]
        key = f"{group}.{name}"
        definitions[key] = described
        found.append({"$ref": f"#/$defs/{key}"})
    return found
