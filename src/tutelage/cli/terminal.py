"""What verbs share: options of one name and meaning, and printing that suits a person or a program."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

SHORT = 3  # exit code: there is a result, and it is smaller than what was asked for

json_option = click.option(
    "--json", "as_json", is_flag=True, help="End with one JSON object on the last line of standard output."
)
set_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a setting, for example teacher.model=gpt-4o-mini or novelty.threshold=0.6.",
)


def out_option(help: str, *, required: bool = False) -> Callable[[Any], Any]:
    """``--out PATH`` with a verb's own explanation; the parameter is called ``out``."""
    return click.option("--out", type=click.Path(path_type=Path), required=required, help=help)


def emit(result: Any) -> None:
    """``result`` as one line of JSON on standard output."""
    click.echo(json.dumps(result, ensure_ascii=False))


def run_command(recipe: Path, out: Path, sets: Sequence[str]) -> str:
    """The command that goes on with a run, ready to be pasted."""
    words = ["tutelage", "run", str(recipe), "--out", str(out)]
    return shlex.join([*words, *(word for pair in sets for word in ("--set", pair))])


_TURNING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def note(text: str) -> None:
    """A line for the person, on standard error, so that results stay clean; without marks that turn the
    direction of writing, by which a name could pass for another."""
    click.echo(text.translate(_TURNING), err=True)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output: drawn on a terminal, tab-separated and unwrapped elsewhere."""
    texts = [[str(cell).translate(_TURNING) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in (headers, *texts):
            click.echo("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console  # noqa: PLC0415 - heavy, and of use on a terminal alone
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(*headers, box=None, header_style="bold", pad_edge=False)
    for row in texts:
        drawn.add_row(*(Text(" ".join(cell.split())) for cell in row))  # Text: a "[" in a cell is no markup
    Console().print(drawn)
