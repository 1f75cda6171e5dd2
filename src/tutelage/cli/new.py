"""``tutelage new``: a commented recipe to start from."""

from __future__ import annotations

from pathlib import Path

import click

from tutelage.cli.terminal import emit, json_option
from tutelage.errors import BadInput
from tutelage.recipe.drafting import PRESETS, Wishes, draft
from tutelage.recipe.settings import checked_name


@click.command("new")
@click.argument("name")
@click.option(
    "--method",
    help="An installed method [default: skilltree where a domain is given, else skillmix].",
)
@click.option(
    "--preset",
    default="small",
    show_default=True,
    type=click.Choice(PRESETS),
    help="small: an API or a server, 50 examples; paper: the paper's settings; local: the embedded model.",
)
@click.option(
    "--domain", default="", help='What the data is about, for example "clinical notes for patients".'
)
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "zh"]))
@click.option("--out", type=click.Path(path_type=Path), help="The file to write [default: NAME.yaml].")
@json_option
def command(
    name: str, method: str | None, preset: str, domain: str, language: str, out: Path | None, as_json: bool
) -> None:
    """Write a commented recipe called NAME. A file that exists is never overwritten."""
    path = out or Path(f"{name}.yaml")
    chosen = method or ("skilltree" if domain.strip() else "skillmix")
    text = draft(Wishes(checked_name(name), chosen, preset, domain, language))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInput(
            "the file exists already, and is not overwritten",
            where=str(path),
            remedy="name another with --out",
        ) from error
    except FileNotFoundError as error:
        raise BadInput(
            "there is no such folder", where=str(path.parent), remedy="make it, or name another with --out"
        ) from error
    if as_json:
        emit({"out": str(path)})
        return
    click.echo(f"wrote {path}")
    click.echo(f"look at it, then: tutelage validate {path} && tutelage preview {path}")
