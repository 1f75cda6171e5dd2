"""``tutelage export``: a run or any dataset file, written the way a trainer reads it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tutelage import __version__
from tutelage.cli.terminal import SHORT, emit, json_option, note, out_option, set_option
from tutelage.errors import BadInput, nearest
from tutelage.export.card import stated_licence
from tutelage.export.containers import CONTAINERS
from tutelage.export.files import PROVENANCE, Exported, write_dataset, write_format
from tutelage.export.formats import FORMATS, TEXT_FORMATS, format_named
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.recipe.kinds import complaint, validate
from tutelage.recipe.overrides import parse_sets
from tutelage.records import Example
from tutelage.rows import Naming, read_rows
from tutelage.store import reading
from tutelage.store.runs import RunRow
from tutelage.text import counted

_SUFFIXES = {f".{container}": container for container in CONTAINERS}


@click.command("export")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    multiple=True,
    help=f"One of {', '.join(FORMATS)}, or all for those that carry text; may be repeated [default: all].",
)
@out_option(
    "A file (.jsonl, .json, .parquet) for one format, or a folder, which gets a card too.",
    required=True,
)
@set_option
@json_option
def command(source: Path, formats: tuple[str, ...], out: Path, sets: tuple[str, ...], as_json: bool) -> None:
    """Write SOURCE, the folder of a run or a dataset file, in the formats that trainers read.

    Settings of the card and files: --set export.container=parquet, export.licence, export.title,
    export.language.
    """
    names = _names(formats)
    run = reading.run_row(source) if source.is_dir() else None
    settings = _settings(names, sets, run)
    _check_out(source, out)
    if out.suffix in _SUFFIXES and not out.is_dir():
        if len(names) > 1:
            raise BadInput(
                f"one file holds one format, and these are {len(names)}: {', '.join(names)}",
                where=f"--out {out}",
                remedy="name one --format, or a folder as --out",
            )
        exported = write_format(out, _examples(source), names[0], _SUFFIXES[out.suffix])
    else:
        _check_folder(out)
        facts = _facts_of_run(source, run) if run else DatasetFacts(title=source.stem, version=__version__)
        refused = reading.rejections(source) if run else ()
        exported = write_dataset(out, _examples(source), refused, facts, settings)
    _tell(exported, as_json)
    sys.exit(0 if any(exported.rows.values()) else SHORT)


def _names(formats: Sequence[str]) -> tuple[str, ...]:
    named = [each for name in formats or ["all"] for each in (TEXT_FORMATS if name == "all" else [name])]
    return tuple(dict.fromkeys(format_named(name).name for name in named))


def _settings(names: Sequence[str], sets: Sequence[str], run: RunRow | None) -> ExportSettings:
    """The settings of the run's recipe, if there is one, under those of the command line."""
    tree = parse_sets(sets)
    for key in tree:
        if key != "export":
            raise BadInput(
                f"'{key}' cannot be set here", where=f"--set {key}", remedy=nearest(key, ["export"])
            )
    given = tree.get("export", {})
    if not isinstance(given, dict):
        raise BadInput(
            "'export' has settings of its own", where="--set export", remedy="--set export.KEY=VALUE"
        )
    declared = dict(run.recipe["export"]) if run else {}
    wanted = declared | {"formats": list(names)} | given
    built, problems = validate(ExportSettings, wanted)
    if not isinstance(built, ExportSettings):
        raise complaint(problems, lambda _: "--set", subject="the export")
    return built


def _check_out(source: Path, out: Path) -> None:
    """Refuse to write over what is read, and a file of a kind that no export has."""
    if out.resolve() == source.resolve():
        raise BadInput(
            "this is read and would be written over",
            where=f"--out {out}",
            remedy="choose another name for --out",
        )
    if out.suffix in (".csv", ".tsv", ".txt", ".xlsx"):
        raise BadInput(
            f"no export is a '{out.suffix}' file",
            where=f"--out {out}",
            remedy=f"choose a file that ends in {', '.join(_SUFFIXES)}, or a folder",
        )


def _check_folder(out: Path) -> None:
    """Refuse to put an export in place of a folder that is none."""
    if out.is_dir() and any(out.iterdir()) and not (out / PROVENANCE).exists():
        raise BadInput(
            "the folder holds other things than an export, and would be replaced",
            where=f"--out {out}",
            remedy="name a new folder",
        )


def _examples(source: Path) -> Iterator[Example]:
    if source.is_dir():
        return reading.kept_examples(source)
    naming = Naming()
    return (naming.example(row) for row in read_rows(source))


def _facts_of_run(folder: Path, run: RunRow) -> DatasetFacts:
    """What a card may say of a run, with the licence that the run's own card states as that of a part."""
    recipe = run.recipe
    own_card = folder / "dataset" / "README.md"
    stated = stated_licence(own_card.read_text(encoding="utf-8")) if own_card.is_file() else ""
    return DatasetFacts(
        recipe_name=run.name,
        recipe_fingerprint=run.fingerprint,
        parts={"the run's own dataset": stated} if stated else {},
        method=recipe["method"]["kind"],
        filters=[each["kind"] for each in recipe["filters"]],
        target=recipe["target"],
        version=run.version,
        language=recipe["language"],
        stopped=run.reason,
    )


def _tell(exported: Exported, as_json: bool) -> None:
    for rejection in exported.left_out[:3]:
        note(f"left out {rejection.example}: {rejection.detail}")
    if exported.left_out:
        note(f"left out in all: {len(exported.left_out)}")
    for name, count in exported.refused.items():
        note(f"{name} cannot carry {count} of the examples, which are in other formats")
    if exported.repaired:
        note(f"{counted(exported.repaired, 'example')} held broken Unicode, replaced by U+FFFD")
    if not any(exported.rows.values()):
        note(_why_empty(exported))
    if as_json:
        result = {"examples": exported.examples, "rows": exported.rows, "left_out": len(exported.left_out)}
        emit({**result, "files": list(exported.files), "out": str(exported.out)})
        return
    click.echo(f"{counted(exported.examples, 'example')} in {exported.out}")
    for name, count in exported.rows.items():
        click.echo(f"  {name:<18} {counted(count, 'row')}")


def _why_empty(exported: Exported) -> str:
    if exported.left_out:
        return "nothing was exported: every example was left out, for the reasons above"
    if exported.examples:
        return "nothing was exported: no format asked for can carry the examples"
    return "nothing was exported: the source has no accepted example"
