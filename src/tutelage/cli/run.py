"""``tutelage run``: everything the recipe declares; the same command resumes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from tutelage.api import load_recipe, out_folder
from tutelage.cli.display import progress_display
from tutelage.cli.terminal import emit, json_option, note, run_command, set_option
from tutelage.cli.tune_display import told_result, tune_display
from tutelage.recipe.model import Recipe
from tutelage.runs.analysing import PAGE
from tutelage.runs.pipeline import check_following, declared, follow
from tutelage.runs.progress import duration
from tutelage.runs.result import RunResult
from tutelage.runs.stages import execute
from tutelage.text import counted
from tutelage.tune.result import TuneResult


@click.command("run")
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The run's folder [default: runs/NAME].")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@set_option
@json_option
def command(recipe: Path, out: Path | None, quiet: bool, sets: tuple[str, ...], as_json: bool) -> None:
    """Carry RECIPE out until its target is reached, and export the dataset.

    Run it again to go on after Ctrl-C, a crash, or a budget: answers that were paid for are never asked
    again. The exports lie in OUT/dataset, the run itself in OUT/run.db. Once the dataset is finished, what
    the recipe declares to follow comes in this order: `analyze` into OUT/report, `tune` into OUT/student,
    `evaluate` into OUT/evaluations, and OUT/report.html sums it up.
    """
    ready = load_recipe(recipe, sets)
    check_following(ready)
    folder = out_folder(ready, out)
    again = run_command(recipe, folder, sets)
    with progress_display(quiet) as listener:
        result = asyncio.run(execute(ready, folder, listener=listener, note=_note))
    if not as_json:
        click.echo(_told(result, again, ready.method.grows_by))
    if declared(ready):
        result = _follow(ready, result, again, quiet=quiet, as_json=as_json)
    if as_json:
        emit(result.as_json())
    sys.exit(result.exit_code)


def _follow(recipe: Recipe, result: RunResult, again: str, *, quiet: bool, as_json: bool) -> RunResult:
    """What comes after the dataset, told as it ends."""
    try:
        with tune_display(quiet) as tell:
            done = follow(recipe, result, tell=tell, say=(lambda line: None) if quiet else note, note=note)
    except KeyboardInterrupt:
        note(f"interrupted; the same command goes on: {again}")
        raise
    if not as_json:
        _tell_after(done.after)
    return done


def _tell_after(after: Mapping[str, Any]) -> None:
    """What followed the dataset, in words."""
    if "analyze" in after:
        click.echo(f"report: {Path(after['analyze']['out']) / PAGE}")
    if "tune" in after:
        click.echo(told_result(TuneResult.from_dict(after["tune"], Path(after["tune"]["out"]))))
    for bench, found in after.get("evaluate", {}).items():
        click.echo(f"{bench}: {found['out']}")
        for line in found["notes"]:
            click.echo(f"  {line}")
    if "page" in after:
        click.echo(f"all on one page: {after['page']}")


def _note(text: str) -> None:
    click.echo(f"changed since the last execution: {text}", err=True)


def _told(result: RunResult, again: str, grows_by: str) -> str:
    """The result in words, with how to go on where there is something to go on with."""
    lines = [
        f"{result.accepted} of {counted(result.target, 'example')} accepted in {duration(result.seconds)}"
    ]
    for reason, count in result.rejected.items():
        lines.append(f"  rejected  {reason:<28} {count}")
    if result.surplus:
        lines.append(f"  surplus   {result.surplus} (written while the last ones were decided; not exported)")
    lines.append(
        f"calls: {result.sent} sent, {result.replayed} from the store, {result.failed} failed;"
        f" {result.tokens:,} tokens, cost {result.cost:.4f}"
    )
    lines += [f"{label}: {text}" for label, text in result.findings.items()]
    if result.files:
        lines.append(f"dataset: {result.out / 'dataset'}")
    if result.reason:
        lines.append(f"stopped: {result.reason}")
    if result.exit_code:
        lines.append(f"{_way_on(result, grows_by)}: {again}")
    return "\n".join(lines)


def _way_on(result: RunResult, grows_by: str) -> str:
    """What has to change, if anything, before the same command can go on."""
    if "exhausted" in result.reason:
        return f"to go on, give {grows_by}, or a lower target"
    if "yield" in result.reason:
        return "to go on, look at the rejected rows, change the recipe, or raise patience.window"
    return "to go on, raise the budget" if result.state == "short" else "to go on"
