"""``tutelage filter``: the filters alone, on any dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from tutelage.cli.terminal import emit, json_option, note, out_option, set_option
from tutelage.errors import BadInput, nearest
from tutelage.filters.filter import Filter
from tutelage.recipe import kinds, load
from tutelage.recipe.overrides import DEFAULT_FILTERS, parse_sets
from tutelage.runs.assessing import Judges
from tutelage.runs.filtering import FilterResult, filter_files
from tutelage.text import counted

_SPEAK_EVERY = 100_000  # rows


@click.command("filter")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--filters",
    "names",
    default=",".join(DEFAULT_FILTERS),
    show_default=True,
    help="Filters in order, separated by commas; see: tutelage kinds.",
)
@out_option("The file of kept rows (.jsonl, .json, .parquet); refused rows go beside it.", required=True)
@set_option
@click.option("--strict", is_flag=True, help="Stop at the first row that is no example, write nothing.")
@click.option("--trace", is_flag=True, help="Tell what each filter removed, in order, with a few rows.")
@click.option(
    "--judge",
    metavar="RECIPE",
    type=click.Path(path_type=Path),
    help="A recipe whose judge, or else teacher, answers filters that ask a model (quality).",
)
@json_option
def command(
    files: tuple[Path, ...],
    names: str,
    out: Path,
    sets: tuple[str, ...],
    strict: bool,
    trace: bool,
    judge: Path | None,
    as_json: bool,
) -> None:
    """Keep the rows of FILEs that pass all filters, in their order and with all their fields.

    Reads JSON, JSONL, CSV, TSV, Parquet and plain text, in every format that Tutelage writes. Several files
    are one pool. Refused rows go to OUT's name with the ending .rejected.jsonl, each with its reason; what a
    judge answered is kept under the ending .calls.db, so that the same command does not pay twice.

    Example: tutelage filter a.json b.jsonl --filters novelty --set novelty.threshold=0.6 --out c.jsonl
    """
    filters = build_filters(names, sets)
    judges = Judges.of(load(judge)) if judge else None
    result = filter_files(
        files, filters, out, strict=strict, trace=trace, judges=judges, on_progress=_progress
    )
    if as_json:
        emit(result.as_dict())
    else:
        _tell(result)


def build_filters(listed: str, sets: Sequence[str]) -> list[Filter]:
    """The filters named in ``listed`` (``"duplicate,novelty"``) with the settings of ``--set``.

    Raises:
        BadInput: no or unknown names, one name twice, or settings that fit none of them.
    """
    names = [name.strip() for name in listed.split(",") if name.strip()]
    twice = [name for name in names if names.count(name) > 1]
    if not names or twice:
        raise BadInput(
            f"the filter '{twice[0]}' is named twice" if twice else "no filter is named",
            where=f"--filters {listed!r}",
            remedy="name every filter once, separated by commas",
        )
    settings = parse_sets(sets)
    for name in settings:
        if name not in names:
            raise BadInput(
                f"'{name}' is not among the filters in use",
                where=f"--set {name}",
                remedy=nearest(name, names),
            )
    return [_build(name, settings.get(name, {})) for name in names]


def _build(name: str, settings: object) -> Filter:
    if not isinstance(settings, Mapping):
        raise BadInput(
            f"'{name}' is a filter and cannot be set as a whole",
            where=f"--set {name}",
            remedy=f"name one of its settings: --set {name}.SETTING=VALUE",
        )
    built = kinds.build("filters", name, settings, f"--set {name}" if settings else f"--filters {name}")
    assert isinstance(built, Filter)  # the group holds nothing else
    return built


def _progress(read: int, kept: int) -> None:
    if read % _SPEAK_EVERY == 0:
        note(f"read {read:,}, kept {kept:,}")


def _tell(result: FilterResult) -> None:
    click.echo(f"read {counted(result.read, 'row')}, kept {result.kept:,}: {result.out}")
    refused = sum(result.rejected.values())
    if refused:
        click.echo(f"rejected {refused:,}: {result.rejected_file}")
        for reason, count in result.rejected.items():
            click.echo(f"  {count:>9,}  {reason}")
    for reason, count in result.noted.items():
        click.echo(f"kept {count:,} of which a filter says: {reason}")
    for line in result.trace.lines() if result.trace else ():
        click.echo(line)
