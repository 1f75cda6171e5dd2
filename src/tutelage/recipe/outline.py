"""What a settings class takes, as JSON schema, and what that schema says of one key path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from tutelage.recipe.source import KeyPath

Schema = Mapping[str, Any]


class _Lenient(GenerateJsonSchema):
    """A field that JSON cannot hold (a Python function) allows anything, in place of an error."""

    def handle_invalid_for_json_schema(
        self, schema: core_schema.CoreSchema, error_info: str
    ) -> JsonSchemaValue:
        return {}

    def emit_warning(self, kind: Any, detail: str) -> None:
        """A default that JSON cannot hold is left out; there is nothing to warn a user of."""


def of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a settings class."""
    return model.model_json_schema(schema_generator=_Lenient)


def keys(schema: Schema, path: KeyPath) -> set[str]:
    """The keys that may stand below ``path``."""
    below = part(schema, path, schema)
    return {key for branch in branches(below, schema) for key in branch.get("properties", {})}


def part(schema: Schema, path: KeyPath, root: Schema) -> Schema:
    """What ``schema`` says of the value at ``path``, or nothing; ``root`` is the schema with ``$defs``."""
    for step in path:
        schema = next((found for found in _below(schema, step, root) if found), {})
    return schema


def branches(schema: Any, root: Schema) -> Iterator[Schema]:
    """The alternatives of a union, or ``schema`` itself; references are followed."""
    schema = _resolved(schema, root)
    options = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if not options:
        yield schema
    for option in options:
        yield from branches(option, root)


def _resolved(schema: Any, root: Schema) -> Schema:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema if isinstance(schema, Mapping) else {}


def _below(schema: Schema, step: str | int, root: Schema) -> Iterator[Schema]:
    for branch in branches(schema, root):
        if isinstance(step, int):
            prefix = branch.get("prefixItems", ())
            yield prefix[step] if step < len(prefix) else _resolved(branch.get("items"), root)
        else:
            known = branch.get("properties", {})
            yield known.get(step) or _resolved(branch.get("additionalProperties"), root)
