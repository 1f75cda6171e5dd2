"""``tutelage runs``: list runs, look into one, replay it, and prove that a replay gives the same bytes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from tutelage.cli.terminal import json_option
from tutelage.recipe.reading import load
from tutelage.runs.replay import recipe_of, replay, verify
from tutelage.runs.trace import trace_of_run
from tutelage.store import reading
from tutelage.text import counted

_FOLDER = Path("runs")  # where `tutelage run` puts them


@click.group("runs", invoke_without_command=True)
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List runs, look into one, replay it. Without a command: list those below the folder `runs`."""
    if context.invoked_subcommand is None:
        context.invoke(list_runs, folder=_FOLDER, as_json=as_json)


@command.command("list")
@click.argument("folder", type=click.Path(path_type=Path), default=_FOLDER)
@json_option
def list_runs(folder: Path, as_json: bool) -> None:
    """The runs below FOLDER (default: runs)."""
    found = [_summary(path.parent) for path in sorted(folder.glob("**/run.db"))]
    if as_json:
        click.echo(json.dumps({"runs": found}, ensure_ascii=False))
        return
    for run in found:
        click.echo(f"{run['out']:<40} {run['state']:<12} {run['accepted']:>6} accepted  {run['name']}")
    if not found:
        click.echo(f"no runs below {folder}")


@command.command("show")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--trace", "traced", is_flag=True, help="Tell what each filter removed, with a few examples.")
@json_option
def show(run: Path, traced: bool, as_json: bool) -> None:
    """What a RUN is, what it made, and what it refused."""
    summary = _summary(run)
    trace = trace_of_run(run) if traced else None
    if as_json:
        told = summary if trace is None else summary | {"trace": trace.as_list()}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in summary.items():
        if isinstance(value, dict):
            click.echo(f"{name}:")
            for key, count in value.items():
                click.echo(f"  {key:<32} {count:,}")
        else:
            click.echo(f"{name}: {value}")
    for line in trace.lines() if trace else ():
        click.echo(line)


@command.command("replay")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The new run's folder.")
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="The recipe [default: the one that the run has stored]."
)
@json_option
def replay_run(run: Path, out: Path, recipe: Path | None, as_json: bool) -> None:
    """Derive RUN's dataset again in a new folder from its stored replies, sending nothing."""
    result = asyncio.run(replay(run, out, load(recipe) if recipe else recipe_of(run)))
    told = (
        f"{counted(result.accepted, 'example')} derived again from {result.replayed} stored replies in {out}"
    )
    click.echo(json.dumps(result.as_json(), ensure_ascii=False) if as_json else told)


@command.command("verify")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="The recipe [default: the one that the run has stored]."
)
@json_option
def verify_run(run: Path, recipe: Path | None, as_json: bool) -> None:
    """Prove that RUN's exports are, byte for byte, what its stored replies give."""
    differing = asyncio.run(verify(run, load(recipe) if recipe else recipe_of(run)))
    if as_json:
        click.echo(json.dumps({"same": not differing, "differing": differing}, ensure_ascii=False))
    elif differing:
        click.echo("these exports are not what the stored replies give: " + ", ".join(differing))
    else:
        click.echo("every export is what the stored replies give")
    raise SystemExit(1 if differing else 0)


def _summary(run: Path) -> dict[str, Any]:
    row = reading.run_row(run)
    states = reading.examples_by_state(run)
    return {
        "out": str(run),
        "name": row.name,
        "state": row.state,
        "reason": row.reason,
        "executions": row.number,
        "created": row.created,
        "version": row.version,
        "fingerprint": row.fingerprint,
        "accepted": states.get("kept", 0),
        "surplus": states.get("surplus", 0),
        "rejected": reading.rejections_by_reason(run),
        "totals": reading.totals(run),
    }
