"""``tutelage tree``: import, look at and export task trees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from tutelage.cli.terminal import emit, json_option, note, out_option
from tutelage.errors import BadInput
from tutelage.export.swap import replacing_file, replacing_folder
from tutelage.methods.trees.tree import Tree, read_tree, render_tree, write_folder
from tutelage.methods.trees.tree_folder import META_FILE
from tutelage.text import counted

_SOURCE = click.argument("source", metavar="FOLDER|FILE", type=click.Path(path_type=Path))
_DRAWN = 200  # tasks that are drawn; a file shows the others better


@click.group("tree")
def command() -> None:
    """Trees of tasks: import, look at, export.

    A tree is one JSON file that a person can edit, or a folder in the form of Explore-Instruct with
    tree_meta_info.json and a file a task. No model is asked.
    """


@command.command("import")
@_SOURCE
@out_option("Write the tree to this JSON file.")
@json_option
def import_(source: Path, out: Path | None, as_json: bool) -> None:
    """Read the tree of FOLDER or FILE, check it, and write it as one JSON file."""
    tree = read_tree(source)
    if out:
        _write_json(tree, source, out)
    _tell(tree, out, as_json)


@command.command("export")
@_SOURCE
@out_option("Write the tree to this file or folder.", required=True)
@click.option(
    "--form",
    type=click.Choice(("json", "folder")),
    help="One JSON file, or a folder with a file a task; by the name of --out where nothing is said.",
)
@json_option
def export(source: Path, out: Path, form: str | None, as_json: bool) -> None:
    """Write the tree of FOLDER or FILE in either form."""
    tree = read_tree(source)
    if (form or ("json" if out.suffix == ".json" else "folder")) == "json":
        _write_json(tree, source, out)
    else:
        _write_folder(tree, source, out)
    _tell(tree, out, as_json)


def _write_json(tree: Tree, source: Path, out: Path) -> None:
    _refuse_source(source, out)
    with replacing_file(out) as place:
        place.write_text(render_tree(tree), encoding="utf-8")


def _write_folder(tree: Tree, source: Path, out: Path) -> None:
    """Write the folder whole or not at all; only a folder that is empty or holds a tree is replaced."""
    _refuse_source(source, out)
    if out.exists() and not out.is_dir():
        raise BadInput("there is a file of that name", where=str(out), remedy="name a folder with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / META_FILE).is_file():
        raise BadInput(
            "this folder holds other things than a task tree",
            where=str(out),
            remedy="name a new folder with --out",
        )
    old = {META_FILE}
    if out.is_dir() and (out / META_FILE).is_file():
        old |= {each.name for each in out.glob("*.json")}
    with replacing_folder(out, old.__contains__) as place:
        write_folder(tree, place)


def _refuse_source(source: Path, out: Path) -> None:
    """A tree is never written over, or into, what it was read from."""
    folder = source.parent if source.name == META_FILE else source
    one, other = folder.resolve(), out.resolve()
    if one == other or source.resolve() == other or (folder.is_dir() and one in other.parents):
        raise BadInput(
            "the tree would be written over what it is read from",
            where=str(out),
            remedy="name another place with --out",
        )


def _tell(tree: Tree, out: Path | None, as_json: bool) -> None:
    result: dict[str, int | str] = {
        "tasks": tree.task_count,
        "examples": tree.example_count,
        "depth": tree.depth,
    }
    if out:
        result["out"] = str(out)
    if as_json:
        emit(result)
        return
    for number, line in enumerate(_drawing(tree)):
        if number == _DRAWN:
            note(f"… and {counted(tree.task_count - _DRAWN, 'more task')}")
            break
        click.echo(line)
    written = f"; written to {out}" if out else ""
    sizes = f"{counted(int(result['tasks']), 'task')}, {counted(int(result['examples']), 'example')}"
    click.echo(f"{sizes}, depth {result['depth']}{written}")


def _drawing(tree: Tree) -> Iterator[str]:
    """A line a task, indented by depth, with the number of its examples."""
    for visit in tree.walk():
        node = visit.node
        told = [counted(len(node.examples), "example")] if node.examples else []
        told += [f"pruned: {node.pruned}" if node.pruned != "true" else "pruned"] if node.pruned else []
        yield "  " * visit.depth + node.name + (f" ({', '.join(told)})" if told else "")
