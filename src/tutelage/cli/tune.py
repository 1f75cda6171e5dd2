"""``tutelage tune``: a student from a dataset."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import click

from tutelage.cli.terminal import emit, json_option, note, out_option, set_option
from tutelage.cli.tune_display import told_result, tune_display
from tutelage.cli.tune_settings import build_judge, build_settings
from tutelage.models.finding import find
from tutelage.runs.launching import Device, is_first, launch, plan_launch
from tutelage.runs.tuning import Gathered, gather, masks, tune_files
from tutelage.tune.outfolder import check_place
from tutelage.tune.settings import PRESETS, TuneSettings

_RAW = "tutelage.arguments"
_LAUNCHERS = {"--launch": 1, "--device": 1, "--dry-run": 0}  # options of the launch alone → their values
_INTERRUPTED = 130


class _Remembering(click.Command):
    """Keeps the arguments as they were given: other processes, and a person who goes on, give them again."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_RAW] = tuple(args)
        return super().parse_args(ctx, args)


@click.command("tune", cls=_Remembering)
@click.argument("files", nargs=-1, metavar="[FILE|RUN]...", type=click.Path(path_type=Path))
@click.option("--data", multiple=True, type=click.Path(path_type=Path), help="As FILE; may be repeated.")
@click.option(
    "--base", metavar="MODEL", help="A folder, a GGUF file, a hub id, a student [default: smollm2]."
)
@click.option("--method", help="See `tutelage kinds` [default: lora].")
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="The settings of a paper.")
@click.option("--template", help="auto, a name, or a .jinja file [default: auto].")
@click.option("--epochs", type=float, help="Passes over the examples.")
@click.option("--steps", type=int, help="Updates, in place of epochs.")
@click.option("--gguf", metavar="KIND", help="Also write a GGUF file: f16, bf16, f32 or q8_0.")
@click.option(
    "--judge", metavar="MODEL", help="Keep the checkpoint whose answers it prefers (tune.select=score)."
)
@click.option("--add-biases", is_flag=True, help="For bitfit: zero biases where the model has none.")
@out_option("The student's folder.")
@click.option("--recipe", type=click.Path(path_type=Path), help="Its section `tune` gives the keys.")
@set_option
@click.option("--fresh", is_flag=True, help="Begin anew in OUT, whatever lies there.")
@click.option("--strict", is_flag=True, help="Stop at the first row that is no example.")
@click.option(
    "--show-masks", type=click.IntRange(1), metavar="N", help="Print N rows as tokens; train nothing."
)
@click.option("--launch", "processes", type=click.IntRange(1), metavar="N", help="N processes, one a GPU.")
@click.option("--device", type=click.Choice(get_args(Device)), default="auto", help="Of --launch.")
@click.option("--dry-run", is_flag=True, help="Of --launch: print what would run.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
@click.pass_context
def command(context: click.Context, /, as_json: bool, quiet: bool, **given: Any) -> int:
    """Tune a student on FILEs and RUNs, as one dataset; the same command goes on after Ctrl-C or a crash.

    OUT then holds its weights, template, tokenizer, loss curve and card, and is itself a MODEL: for chat,
    serve, export, and as a teacher. Rows left out or cut are listed in OUT/left_out.jsonl.

    Example: tutelage tune runs/notes --base smollm2 --method lora --out student
    """
    settings = build_settings(given["recipe"], given["sets"], given)
    judge = build_judge(given["recipe"], given["sets"], given["judge"], settings)
    paths = (*given["files"], *given["data"])
    if given["show_masks"]:
        return _show_masks(paths, settings, given, as_json)
    out = given["out"]
    if out is None:
        raise click.UsageError("name a folder for the student: --out DIR", context)
    if given["processes"]:
        return _launch(context, settings, given, paths, as_json)
    speaks = is_first()
    try:
        with tune_display(quiet or not speaks) as tell:
            result = tune_files(
                *(paths, settings, out),
                fresh=given["fresh"],
                strict=given["strict"],
                tell=tell,
                on_gathered=_tell_refused if speaks else lambda gathered: None,
                judge=judge,
            )
    except KeyboardInterrupt:
        if speaks:
            note(f"the same command goes on: {_again(context)}")
        raise
    if speaks and as_json:
        emit(result.as_dict())
    elif speaks:
        click.echo(told_result(result))
    return 0


def _show_masks(
    paths: tuple[Path, ...], settings: TuneSettings, given: Mapping[str, Any], as_json: bool
) -> int:
    gathered = gather(paths, strict=given["strict"])
    _tell_refused(gathered)
    found = masks(gathered.examples, settings, given["show_masks"])
    if as_json:
        emit(found.as_dict())
        return 0
    click.echo(found.text)
    click.echo(f"\n{found.rows:,} rows, {found.tokens:,} tokens, {found.trained:,} trained")
    if found.left_out:
        click.echo("left out or cut:")
    for reason, count in found.left_out.items():
        click.echo(f"  {count:>7,}  {reason}")
    return 0


def _launch(
    context: click.Context,
    settings: TuneSettings,
    given: Mapping[str, Any],
    paths: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Begin this command in several processes, or show how."""
    check_place(given["out"], find(settings.base).path)  # which the configuration is written into
    arguments = _without_launch(context.meta[_RAW])
    plan = plan_launch(settings, given["processes"], arguments, given["out"], device=given["device"])
    if given["dry_run"]:
        if as_json:
            emit({"config": plan.config, "command": plan.command, "environment": plan.environment})
            return 0
        click.echo(f"# {plan.file}\n{plan.config_text()}")
        variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in plan.environment.items())
        click.echo(f"{variables} {shlex.join(plan.command)}".strip())
        return 0
    gather(paths, strict=given["strict"])  # what is wrong is told once, and not by every process
    sys.stdout.flush()
    return launch(plan)


def _without_launch(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments that each process is given."""
    kept: list[str] = []
    passed = 0
    for each in arguments:
        if passed:
            passed -= 1
            continue
        name, equals, _ = each.partition("=")
        if name in _LAUNCHERS:
            passed = 0 if equals else _LAUNCHERS[name]
        else:
            kept.append(each)
    return tuple(kept)


def _again(context: click.Context) -> str:
    """The command that goes on, without what would begin anew."""
    return shlex.join(["tutelage", "tune", *(each for each in context.meta[_RAW] if each != "--fresh")])


def _tell_refused(gathered: Gathered) -> None:
    for told in gathered.refused:
        note(f"not an example: {told}")
    if gathered.unreadable:
        note(f"rows that are no examples, not trained on: {gathered.unreadable:,}")
