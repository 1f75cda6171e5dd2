"""``tutelage kinds``: what is installed, and the settings of one kind."""

from __future__ import annotations

import inspect
import json
from typing import Any

import click

from tutelage import plugins
from tutelage.cli.terminal import emit, json_option, table
from tutelage.errors import BadInput, nearest
from tutelage.recipe import outline


@click.command("kinds")
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """The kinds that are installed, or the settings of the kind NAME."""
    if name is None:
        found = {group: plugins.names(group) for group in plugins.GROUPS}
        if as_json:
            emit(found)
            return
        table(("group", "kinds"), [(group, ", ".join(names)) for group, names in found.items() if names])
        return
    described = [_described(group, name) for group in plugins.GROUPS if name in plugins.names(group)]
    if not described:
        known = {each for group in plugins.GROUPS for each in plugins.names(group)}
        raise BadInput(f"there is no kind called '{name}'", where="kinds", remedy=nearest(name, known))
    if as_json:
        emit(described[0])
        return
    for each in described:
        _show(each)


def _described(group: str, name: str) -> dict[str, Any]:
    kind = plugins.load(group, name)
    schema = outline.of(kind)
    needed = set(schema.get("required", ()))
    return {
        "group": group,
        "name": name,
        "paper": kind.paper,
        "doc": inspect.getdoc(kind) or "",
        "settings": {
            key: {"type": _type(part, schema), "required": key in needed, "doc": part.get("description", "")}
            | ({"default": part["default"]} if "default" in part else {})
            for key, part in schema.get("properties", {}).items()
        },
        "schema": schema,
        **(_tuning(kind) if group == "tuning" else {}),
    }


def _tuning(kind: Any) -> dict[str, Any]:
    """What a way to tune says of its students, with its default settings."""
    made = kind()
    return {"rate": made.rate, "merges": made.merges, "whole": made.whole, "served": made.served}


def _type(part: dict[str, Any], root: dict[str, Any]) -> str:
    """The alternatives of one setting in a few words."""
    words = []
    for branch in outline.branches(part, root):
        if "const" in branch:
            words.append(repr(branch["const"]))
        elif "enum" in branch:
            words += [repr(each) for each in branch["enum"]]
        else:
            words.append(_TYPES.get(str(branch.get("type")), "any"))
    return " or ".join(dict.fromkeys(words))


_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
    "null": "null",
}


def _told_tuning(described: dict[str, Any]) -> str:
    """One line: what the student keeps, whether it merges and can be a GGUF file, and the learning rate."""
    kept = "all weights" if described["whole"] else "what was trained"
    merges = "merges into plain weights" if described["merges"] else "does not merge"
    served = "can become a GGUF file" if described["served"] else "cannot become a GGUF file"
    return f"saves {kept}; {merges}; {served}; learning rate {described['rate']:g} unless set\n"


def _show(described: dict[str, Any]) -> None:
    click.echo(f"{described['name']} ({described['group']})")
    if described["paper"]:
        click.echo(f"after {described['paper']}")
    click.echo(f"\n{described['doc']}\n")
    if "merges" in described:
        click.echo(_told_tuning(described))
    rows = []
    for key, part in described["settings"].items():
        given = json.dumps(part["default"], ensure_ascii=False) if "default" in part else "(see above)"
        rows.append((key, part["type"], "required" if part["required"] else given, part["doc"]))
    table(("setting", "type", "default", "meaning"), rows)
