"""``tutelage integrate``: labelled data through templates, without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tutelage.cli.terminal import emit, json_option, note, out_option, set_option
from tutelage.errors import BadInput
from tutelage.methods.integrate import Integrate
from tutelage.methods.templating.template_files import FAMILIES
from tutelage.recipe import kinds
from tutelage.recipe.overrides import parse_sets
from tutelage.runs.integrating import (
    IntegratePreview,
    IntegrateResult,
    integrate_files,
    preview_templates,
)
from tutelage.text import counted

_SPEAK_EVERY = 100_000  # rows
_SEED = 42  # as in a recipe


@click.command("integrate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--templates",
    "sources",
    multiple=True,
    metavar="FAMILY|FILE|FOLDER",
    help=f"A family ({', '.join(FAMILIES)}), or templates of your own or of promptsource.",
)
@out_option("The dataset to write (.jsonl, .json, .parquet); refused rows go beside it.")
@set_option
@click.option("--preview", is_flag=True, help="Show one row for every template, and write nothing.")
@json_option
def command(
    files: tuple[Path, ...],
    sources: tuple[str, ...],
    out: Path | None,
    sets: tuple[str, ...],
    preview: bool,
    as_json: bool,
) -> None:
    """Turn the labelled rows of FILEs into a dataset, through templates; no model is asked.

    Reads CSV, TSV, JSON, JSONL and Parquet. Without --templates, a FILE is a task of
    Super-NaturalInstructions. Settings are those of the method: tutelage kinds.

    Example: tutelage integrate mail.csv --templates classification --set labels='[ham, spam]' --out a.jsonl
    """
    settings = _settings(files, sources, sets)
    seed = settings.pop("seed", _SEED)
    if not isinstance(seed, int):
        raise BadInput(f"the seed {seed!r} is no whole number", where="--set seed", remedy="--set seed=42")
    method = kinds.build("methods", Integrate.kind, settings, "tutelage integrate")
    assert isinstance(method, Integrate)  # its name says so
    if preview:
        found = preview_templates(method, seed=seed)
        emit(found.as_dict()) if as_json else _show(found)
        return
    if out is None:
        raise BadInput(
            "there is no file to write to", where="--out", remedy="--out data.jsonl, or look with --preview"
        )
    result = integrate_files(method, out, seed=seed, on_progress=_progress)
    emit(result.as_dict()) if as_json else _tell(result)


def _settings(files: Sequence[Path], sources: Sequence[str], sets: Sequence[str]) -> dict[str, Any]:
    settings = parse_sets(sets)
    own = settings.pop(Integrate.kind, {})
    settings |= own if isinstance(own, Mapping) else {}
    families = [each for each in sources if each in FAMILIES]
    if families and len(sources) > 1:
        raise BadInput(
            f"'{families[0]}' and others are given together",
            where="--templates",
            remedy="name one family, or files and folders",
        )
    settings["data_files"] = list(files)
    if families:
        settings["family"] = families[0]
    elif sources:
        settings["templates_files"] = [Path(each) for each in sources]
    return settings


def _progress(read: int, written: int) -> None:
    if read % _SPEAK_EVERY == 0:
        note(f"read {read:,}, written {written:,}")


def _tell(result: IntegrateResult) -> None:
    written = counted(result.written, "example")
    click.echo(f"read {counted(result.read, 'row')}, wrote {written}: {result.out}")
    for name, count in result.templates.items():
        click.echo(f"  {count:>9,}  {name}")
    refused = sum(result.rejected.values())
    if refused:
        click.echo(f"rejected {refused:,}: {result.rejected_file}")
        for reason, count in result.rejected.items():
            click.echo(f"  {count:>9,}  {reason}")


def _show(preview: IntegratePreview) -> None:
    for each in preview.shown:
        click.echo(f"=== {each.template}")
        if each.example is None:
            reasons = ", ".join(f"{reason} ({count})" for reason, count in each.refusals.items())
            click.echo(f"(no row suits it: {reasons or 'there is none'})\n")
        else:
            click.echo(f"{each.example.instruction}\n--- answer\n{each.example.output}\n")
    click.echo(f"columns that no template uses: {', '.join(preview.unused_columns) or 'none'}")
    click.echo(f"fields that no row fills: {', '.join(preview.never_filled) or 'none'}")
