"""Checkpoints that are there whole or not at all.

    checkpoints/step-000120/          a student: what was trained so far, ready to load
        resume/                       weights, optimizer, schedule, chance; in the newest one alone
        state.json                    the step, the curve so far, the loss on the held-out rows
        COMPLETE                      written last: the files and their sizes

A checkpoint is written beside its place, brought to the disk, marked complete, and put there by renaming. So
a process killed at any moment leaves the last good one as it was, and a half-written one is never used.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutelage.errors import StoreFailed

MARK = "COMPLETE"
RESUME = "resume"
STATE = "state.json"
_NAME = re.compile(r"step-(\d{6,})")
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint. ``state`` is what was handed to :func:`write`."""

    step: int
    folder: Path
    state: Mapping[str, Any]

    @property
    def resumable(self) -> bool:
        """Whether training can go on from here."""
        return (self.folder / RESUME).is_dir()


@contextmanager
def plain_errors(what: str, place: Path) -> Iterator[None]:
    """Turn whatever the libraries raise on a full or broken disk into an error for a person.

    Raises:
        StoreFailed: ``what`` could not be written.
    """
    damaged = importlib.import_module("safetensors").SafetensorError
    try:
        yield
    except Exception as error:
        # torch raises RuntimeError where its archive cannot be written, tokenizers the bare Exception.
        if not isinstance(error, (OSError, RuntimeError, damaged)) and type(error) is not Exception:
            raise
        told = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise StoreFailed(
            f"{what} cannot be written: {told}",
            where=str(place),
            remedy="make room on the disk and give the same command again: "
            "it goes on from the last good checkpoint",
        ) from error


def write(folder: Path, step: int, fill: Callable[[Path], None], state: Mapping[str, Any]) -> Checkpoint:
    """Write the checkpoint of ``step``: ``fill`` puts its files into the folder that it is given.

    ``state`` is JSON-able. Older complete checkpoints then lose what only resuming needs. An older one of
    the same step is replaced.

    Raises:
        StoreFailed: the disk is full or does not work; earlier checkpoints are unharmed.
    """
    final = folder / f"step-{step:06}"
    partial = partial_of(folder, step)
    with plain_errors("the checkpoint", final):
        try:
            _clear(partial)
            partial.mkdir(parents=True)
            fill(partial)
            _write_json(partial / STATE, {"step": step, **state})
            _complete(partial)
            _put(partial, final)
        except Exception:
            shutil.rmtree(partial, ignore_errors=True)  # room for what comes; a rest is never used
            raise
        for older in found(folder):
            if older.step != step:
                _clear(older.folder / RESUME)
    return Checkpoint(step, final, {"step": step, **state})


def partial_of(folder: Path, step: int) -> Path:
    """Where the checkpoint of ``step`` is written until it is complete."""
    return folder / f"step-{step:06}{_PARTIAL}"


def found(folder: Path) -> list[Checkpoint]:
    """The complete checkpoints in ``folder`` by step; half-written and damaged ones are passed over."""
    complete: list[Checkpoint] = []
    for each in folder.glob("step-*") if folder.is_dir() else ():
        name = _NAME.fullmatch(each.name)
        state = _state(each) if name else None
        if name and state is not None:
            complete.append(Checkpoint(int(name[1]), each, state))
    return sorted(complete, key=lambda checkpoint: checkpoint.step)


def newest(folder: Path) -> Checkpoint | None:
    """The last checkpoint from which training can go on."""
    resumable = [checkpoint for checkpoint in found(folder) if checkpoint.resumable]
    return resumable[-1] if resumable else None


def prune(folder: Path, keep: set[int]) -> None:
    """Remove the checkpoints of other steps than ``keep``, and what half-written ones left behind."""
    for each in folder.glob(f"*{_PARTIAL}") if folder.is_dir() else ():
        _clear(each)
    for checkpoint in found(folder):
        if checkpoint.step not in keep:
            _clear(checkpoint.folder)


def strip(folder: Path) -> None:
    """Remove what only resuming needs: training is done."""
    for checkpoint in found(folder):
        _clear(checkpoint.folder / RESUME)


def to_disk(path: Path) -> None:
    """Bring a file, or what a folder lists, to the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _complete(partial: Path) -> None:
    """Bring every file to the disk, then write the mark that names them."""
    files = sorted(path for path in partial.rglob("*") if path.is_file())
    for path in files:
        to_disk(path)
    for path in [*(each for each in partial.rglob("*") if each.is_dir()), partial]:
        to_disk(path)
    sizes = {str(path.relative_to(partial)): path.stat().st_size for path in files}
    _write_json(partial / MARK, sizes)
    to_disk(partial / MARK)
    to_disk(partial)


def _put(partial: Path, final: Path) -> None:
    """Rename into place; a complete one of the same step that is there already goes first."""
    _clear(final)
    os.replace(partial, final)
    to_disk(final.parent)


def _state(folder: Path) -> Mapping[str, Any] | None:
    """The state of a complete checkpoint; ``None`` where the mark is absent or a file is not as it says.

    What only resuming needs may be gone: it is taken away as a whole.
    """
    try:
        sizes = json.loads((folder / MARK).read_text("utf-8"))
        stripped = not (folder / RESUME).exists()
        for name, size in sizes.items():
            if stripped and name.startswith(f"{RESUME}/"):
                continue
            if (folder / name).stat().st_size != size:
                return None
        state = json.loads((folder / STATE).read_text("utf-8"))
    except (OSError, ValueError, AttributeError):
        return None
    return state if isinstance(state, dict) else None


def _clear(path: Path) -> None:
    """Remove a folder so that at no moment a part of it looks like the whole: it is renamed first."""
    doomed = path.with_name(f".{path.name}.doomed")
    shutil.rmtree(doomed, ignore_errors=True)
    if path.exists():
        os.replace(path, doomed)
        shutil.rmtree(doomed)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n", "utf-8")
