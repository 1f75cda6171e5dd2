"""``tutelage select``: the best or most varied rows of a dataset, to a budget."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from tutelage import plugins
from tutelage.cli.terminal import SHORT, emit, json_option, out_option, set_option
from tutelage.errors import BadInput, nearest
from tutelage.recipe import kinds
from tutelage.recipe.overrides import parse_sets
from tutelage.runs.selecting import SelectResult, select_files
from tutelage.select.selector import Selector
from tutelage.text import counted


@click.command("select")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--by", "name", required=True, help="random, even, deita or kcenter; see: tutelage kinds.")
@click.option("--budget", type=int, required=True, help="How many rows at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the lottery, and of ties.")
@out_option("The file of chosen rows (.jsonl, .json, .parquet); the reasons go beside it.", required=True)
@set_option
@click.option("--strict", is_flag=True, help="Stop at the first row that is no example, write nothing.")
@json_option
def command(
    files: tuple[Path, ...],
    name: str,
    budget: int,
    seed: int,
    out: Path,
    sets: tuple[str, ...],
    strict: bool,
    as_json: bool,
) -> None:
    """Choose rows of FILEs to a budget; they keep their order and all their fields.

    Several files are one pool. OUT's name with the ending .selection.jsonl says of every row whether it was
    chosen, as which, and why; a smaller budget chooses among the rows of a larger one. Fewer rows than
    the budget end with exit code 3.

    Example: tutelage select a.json b.jsonl --by deita --budget 500 --set deita.threshold=0.8 --out c.jsonl
    """
    result = select_files(files, build_selector(name, sets), budget, out, seed=seed, strict=strict)
    if as_json:
        emit(result.as_dict())
    else:
        _tell(result)
    sys.exit(SHORT if result.selected < budget else 0)


def build_selector(name: str, sets: Sequence[str]) -> Selector:
    """The selector ``name`` with the settings of ``--set``.

    Raises:
        BadInput: an unknown name, or settings of another kind or that it does not take.
    """
    known = plugins.names("selectors")
    if name not in known:
        raise BadInput(
            f"there is no selector called '{name}'", where=f"--by {name}", remedy=nearest(name, known)
        )
    kind, settings = plugins.load("selectors", name), parse_sets(sets)
    if bare := [key for key in settings if key in kind.model_fields and key not in known]:
        inner = settings.setdefault(name, {})
        if isinstance(inner, dict):
            inner.update({key: settings.pop(key) for key in bare})
    for other, value in settings.items():
        if other != name or not isinstance(value, Mapping):
            raise BadInput(
                f"'{other}' is not a setting of the selector in use",
                where=f"--set {other}",
                remedy=f"write --set {name}.SETTING=VALUE",
            )
    where = f"--set {name}" if settings else f"--by {name}"
    built = kinds.build("selectors", name, settings.get(name, {}), where)
    assert isinstance(built, Selector)  # the group holds nothing else
    return built


def _tell(result: SelectResult) -> None:
    click.echo(f"read {counted(result.read, 'row')}, selected {result.selected:,}: {result.out}")
    for reason, count in result.left_out.items():
        click.echo(f"  {count:>9,}  {reason}")
    click.echo(f"why, for every row: {result.selection_file}")
