"""Several dataset files as one pool: what the verbs that read files and write others have in common.

Rows come in the order of the files, each as the example that it is. A row that is none comes with its error,
or ends the work where that is asked for; a pool in which no row is an example is a file of another kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tutelage.errors import BadInput
from tutelage.plugins import Kind
from tutelage.records import Example
from tutelage.rows import Naming, Row, read_rows

UNREADABLE = "row:unreadable"


class Pooled(NamedTuple):
    """One row; ``example`` is ``None`` where it is none, and ``error`` says why."""

    row: Row
    example: Example | None
    error: BadInput | None = None


def pooled(paths: Sequence[Path], *, strict: bool = False) -> Iterator[Pooled]:
    """The rows of ``paths``; ids differ, and are the same in every pass over the same files.

    Raises:
        BadInput: a file that cannot be read, no row that is an example (at the end), or with ``strict`` the
            first row that is none.
    """
    naming = Naming()
    first: BadInput | None = None
    found = False
    for path in paths:
        for row in read_rows(path):
            try:
                example = naming.example(row)
            except BadInput as error:
                if strict:
                    raise
                first = first or error
                yield Pooled(row, None, error)
            else:
                found = True
                yield Pooled(row, example)
    if first is not None and not found:
        raise first


def files_of(kinds: Iterable[Kind]) -> list[Path]:
    """The files that settings of ``kinds`` name: paths, and texts under a name for files."""
    found: list[Path] = []
    for kind in kinds:
        for name in type(kind).model_fields:
            value = getattr(kind, name)
            named = name == "files" or name.endswith(("_file", "_files"))
            each_value = value if isinstance(value, tuple) else (value,)
            found += [
                Path(each)
                for each in each_value
                if isinstance(each, Path) or (named and isinstance(each, str) and each)
            ]
    return found


def keep_apart(paths: Sequence[Path], out: Path, **beside: Path) -> None:
    """Refuse to write over what is read: ``out``, or a file ``beside`` it, named by what it holds.

    Raises:
        BadInput: one of them is among ``paths``, or ``out`` is no name for a file.
    """
    if not out.name:
        raise BadInput("this is no name for a file", where=f"--out {out}", remedy="name a file, not a folder")
    inputs = {path.resolve() for path in paths}
    for what, target in {"": out, **beside}.items():
        if target.resolve() in inputs:
            also = f", whose {what.replace('_', ' ')} go to {target}" if what else ""
            raise BadInput(
                "this file is read and would be written over",
                where=f"--out {out}{also}",
                remedy="choose another name for --out",
            )
