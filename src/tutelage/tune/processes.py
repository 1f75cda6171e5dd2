"""The processes that train together, as a launcher has begun them; one where there is no launcher."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from tutelage.errors import BadInput, TutelageError


def number() -> int:
    """The number of this process among them; 0 writes."""
    return int(os.environ.get("RANK", "0"))


def count() -> int:
    """How many there are."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def wait() -> None:
    """Wait for the others, where there are any."""
    if count() > 1:
        importlib.import_module("accelerate").PartialState().wait_for_everyone()


def check_same(before: int, folder: Path) -> None:
    """Refuse to go on with another number of processes: each has its own chance to take up.

    Raises:
        BadInput: the newest checkpoint, in ``folder``, was written by another number of them.
    """
    if before == count():
        return
    same = f"with --launch {before}" if before > 1 else "without --launch"
    raise BadInput(
        f"the training was begun by {before} {_processes(before)}, and {count()} would go on",
        where=str(folder),
        remedy=f"go on {same}, or give --fresh to start anew",
    )


def check_joined(joined: int) -> None:
    """See that all of them train together, and not each alone on all rows.

    Raises:
        TutelageError: only ``joined`` of them found one another.
    """
    if joined != count():
        raise TutelageError(
            f"{count()} {_processes(count())} were begun, and {joined} of them would train together",
            where=f"process {number()}",
            remedy="begin them with --launch, which sets up how they talk",
        )


def _processes(count: int) -> str:
    return "process" if count == 1 else "processes"
