"""``tutelage preview``: a few examples through the run's own engine, and a forecast with an interval."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from tutelage.api import load_recipe, out_folder
from tutelage.cli.display import progress_display
from tutelage.cli.terminal import emit, json_option, run_command, set_option
from tutelage.runs.forecast import Forecast, Range
from tutelage.runs.preview import Preview, preview
from tutelage.runs.progress import duration
from tutelage.text import counted

SHOWN = 3  # examples printed in full
LONGEST = 700  # characters of an answer shown


@click.command("preview")
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The run's folder [default: runs/NAME].")
@click.option("--items", default=10, show_default=True, type=click.IntRange(1), help="Items to carry out.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@set_option
@json_option
def command(
    recipe: Path, out: Path | None, items: int, quiet: bool, sets: tuple[str, ...], as_json: bool
) -> None:
    """Carry out the first items of RECIPE and say what the whole run will take.

    The items are kept: `tutelage run` with the same folder answers them from the store.
    """
    ready = load_recipe(recipe, sets)
    folder = out_folder(ready, out)
    with progress_display(quiet) as listener:
        seen = asyncio.run(preview(ready, folder, items=items, listener=listener))
    if as_json:
        emit(seen.as_json())
    else:
        click.echo(_told(seen, items, run_command(recipe, folder, sets)))
    sys.exit(0 if seen.result.state == "previewed" else seen.result.exit_code)


def _told(seen: Preview, wanted: int, again: str) -> str:
    lines: list[str] = []
    for number, example in enumerate(seen.examples[:SHOWN], start=1):
        cell = ", ".join(f"{name}: {value}" for name, value in example.cell.items())
        lines += [f"── example {number} ── {cell}", example.instruction, "", _cut(example.output), ""]
    for rejection in seen.rejections[:SHOWN]:
        lines += [f"── rejected: {rejection.reason} ── {rejection.detail}", _cut(rejection.text), ""]
    if seen.result.reason:
        decided = f"{seen.items} of {counted(wanted, 'item')} decided"
        lines.append(f"stopped: {seen.result.reason}; {decided}, and the figures are of those")
    lines.append(f"{counted(seen.result.accepted, 'example')} accepted from {counted(seen.items, 'item')}")
    if seen.forecast is not None:
        lines += _forecast_lines(seen.forecast)
    lines.append(f"to go on: {again}")
    return "\n".join(lines)


def _forecast_lines(given: Forecast) -> list[str]:
    def row(name: str, value: Range, form: str) -> str:
        low, middle, high = (format(each, form) for each in (value.low, value.middle, value.high))
        return f"  {name:<16}{middle:>12}   ({low} to {high})"

    time = given.seconds
    spans = tuple(duration(each) for each in (time.low, time.middle, time.high))
    return [
        f"a run to {given.target} accepted examples will take (95 % intervals):",
        row("calls", given.calls, ",.0f"),
        row("tokens", given.tokens, ",.0f"),
        row("cost", given.cost, ",.4f"),
        row("accepted share", given.accepted_share, ".2f"),
        f"  {'time':<16}{spans[1]:>12}   ({spans[0]} to {spans[2]}), at the preview's own pace",
    ]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"
