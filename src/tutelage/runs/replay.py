"""A run derived again from its stored replies alone: the proof that its exports follow from them."""

from __future__ import annotations

import filecmp
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tutelage.errors import BadInput
from tutelage.recipe.model import Recipe, from_tree
from tutelage.runs.result import RunResult
from tutelage.runs.stages import execute
from tutelage.store.database import Database, connect_reader
from tutelage.store.reading import database_of, run_row

LASTING = ("calls", "failures", "items")  # what cannot be derived: paid for, or planned


def recipe_of(run: Path) -> Recipe:
    """The recipe that ``run`` was last executed with.

    Raises:
        BadInput: a file that it points at is gone or differs by now.
    """
    return from_tree(run_row(run).recipe)


async def replay(run: Path, out: Path, recipe: Recipe) -> RunResult:
    """Derive the dataset of ``run`` again in the new folder ``out``, sending nothing.

    Raises:
        BadInput: ``run`` is no run, or ``out`` holds one already.
    """
    if (out / "run.db").exists():
        raise BadInput("there is a run here already", where=str(out), remedy="name a new folder with --out")
    _copy_lasting(database_of(run), out / "run.db")
    return await execute(recipe, out, replay=True)


async def verify(run: Path, recipe: Recipe) -> list[str]:
    """The exported files of ``run`` that differ from a replay's, by name; an empty list is proof."""
    with tempfile.TemporaryDirectory(prefix="tutelage-verify-") as folder:
        await replay(run, Path(folder), recipe)
        return differing_files(run / "dataset", Path(folder) / "dataset")


def differing_files(one: Path, other: Path) -> list[str]:
    """Names below two folders whose bytes differ or that only one of them has, sorted."""
    names = {
        str(path.relative_to(folder))
        for folder in (one, other)
        for path in folder.rglob("*")
        if path.is_file()
    }
    _, mismatch, errors = filecmp.cmpfiles(one, other, sorted(names), shallow=False)
    return sorted([*mismatch, *errors])


def _copy_lasting(source: Path, target: Path) -> None:
    with closing(Database(target)) as database, closing(connect_reader(source)) as reader:
        for table in LASTING:
            for row in _rows(reader, table):
                marks = ", ".join("?" * len(row))
                database.write(f"INSERT INTO {table} VALUES ({marks})", row)
        database.commit()


def _rows(reader: sqlite3.Connection, table: str) -> sqlite3.Cursor:
    return reader.execute(f"SELECT * FROM {table}")
