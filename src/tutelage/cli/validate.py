"""``tutelage validate``: everything that can be known of a recipe without a call."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tutelage.cli.terminal import emit, json_option, note, set_option
from tutelage.recipe import Recipe, load, schema
from tutelage.runs.gateway import check_prices
from tutelage.runs.stages import check_abilities
from tutelage.text import counted


@click.command("validate")
@click.argument("recipe", type=click.Path(path_type=Path), required=False)
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON schema of a recipe, for editors.")
@set_option
@json_option
def command(recipe: Path | None, as_schema: bool, sets: tuple[str, ...], as_json: bool) -> None:
    """Check RECIPE: keys, values, files, and whether its teacher can do what its method needs.

    Nothing is asked and nothing is written. All that is wrong is told at once.
    """
    if as_schema:
        emit(schema())
        return
    if recipe is None:
        raise click.UsageError("name a recipe, or ask for --schema", click.get_current_context())
    ready = load(recipe, sets)
    check_abilities(ready)
    check_prices(ready.roles(), ready.budget, ready.prices)
    warnings = missing_keys(ready)
    facts = _facts(ready, warnings)  # the fingerprint looks into a model file, which must be there
    if as_json:
        emit(facts)
        return
    for warning in warnings:
        note(f"warning: {warning}")
    click.echo(f"{recipe} is a good recipe: {_summary(ready)}")


def missing_keys(recipe: Recipe) -> list[str]:
    """A sentence for each role whose key is not in the environment; local servers need none."""
    named = {role: str(getattr(model, "api_key_env", "")) for role, model in recipe.roles().items()}
    return [
        f"the environment variable {variable} is not set: the {role} may be refused by its server"
        for role, variable in named.items()
        if variable and not os.environ.get(variable)
    ]


def _facts(recipe: Recipe, warnings: list[str]) -> dict[str, object]:
    return {
        "valid": True,
        "name": recipe.name,
        "fingerprint": recipe.fingerprint,
        "method": recipe.method.kind,
        "filters": [each.kind for each in recipe.filters],
        "roles": {role: model.name for role, model in recipe.roles().items()},
        "target": recipe.target,
        "warnings": warnings,
    }


def _summary(recipe: Recipe) -> str:
    filters = ", ".join(each.kind for each in recipe.filters) or "no filter"
    wanted = counted(recipe.target, "example")
    return f"{wanted} by {recipe.method.kind} with {recipe.teacher.name}, through {filters}"
