"""``tutelage mix``: several datasets into one of a given size."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

import click

from tutelage.cli.terminal import SHORT, emit, json_option, out_option, table
from tutelage.errors import BadInput
from tutelage.runs.mixing import MixResult, mix_files
from tutelage.select.mixing import Mixture, WhenExhausted
from tutelage.text import counted


@click.command("mix")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--total", type=int, required=True, help="How many rows are wanted.")
@click.option("--cap", type=int, help="A larger source counts as one of this size.")
@click.option("--temperature", type=float, default=1.0, show_default=True, help="Above 1: more even.")
@click.option("--scale", type=float, default=1.0, show_default=True, help="Sizes times this, before the cap.")
@click.option("--weights", help="Rates of your own, one a file, as in 3,1,1; sizes count nothing then.")
@click.option(
    "--when-exhausted",
    type=click.Choice(get_args(WhenExhausted)),
    default="redistribute",
    show_default=True,
    help="A source that has too few rows: end there, let others give more, or take its rows again.",
)
@click.option(
    "--split-by", default="", metavar="KEY", help="Split each quota over the values of this cell key."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the lots and of the order.")
@out_option("The file of the mixture (.jsonl, .json, .parquet).", required=True)
@click.option("--strict", is_flag=True, help="Stop at the first row that is no example, write nothing.")
@json_option
def command(
    files: tuple[Path, ...],
    out: Path,
    split_by: str,
    seed: int,
    strict: bool,
    as_json: bool,
    weights: str | None,
    **wanted: Any,
) -> None:
    """Mix FILEs, each one source, into OUT.

    A source of n rows has the rate min(n × scale, cap) ^ (1 / temperature), as in FLAN; rates become whole
    numbers of rows that add up to the total. Rows are drawn by lot, shuffled by lot, and keep all their
    fields. Fewer rows than the total end with exit code 3.

    Example: tutelage mix flan.jsonl own.json --total 20000 --cap 3000 --temperature 2 --out mixed.jsonl
    """
    mixture = Mixture(weights=_numbers(weights) if weights is not None else (), **wanted)
    result = mix_files(files, mixture, out, seed=seed, split_by=split_by, strict=strict)
    if as_json:
        emit(result.as_dict())
    else:
        _tell(result)
    sys.exit(SHORT if result.mixed < result.total else 0)


def _numbers(listed: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in listed.split(","))
    except ValueError as error:
        raise BadInput(
            "weights are numbers with commas between them",
            where=f"--weights {listed}",
            remedy="write for example --weights 3,1,1",
        ) from error


def _tell(result: MixResult) -> None:
    rows = [
        (each.file, f"{each.size:,}", f"{each.rate:.3f}", f"{each.requested:,}", f"{each.obtained:,}")
        for each in result.sources
    ]
    table(("source", "rows", "rate", "requested", "obtained"), rows)
    click.echo(f"mixed {result.mixed:,} of {result.total:,} wanted rows: {result.out}")
    unreadable = sum(each.unreadable for each in result.sources)
    if unreadable:
        verb = "is no example" if unreadable == 1 else "are no examples"
        click.echo(f"passed over {counted(unreadable, 'row')} that {verb}")
