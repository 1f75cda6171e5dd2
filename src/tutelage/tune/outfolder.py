"""The folder that a tuning writes: whose it is, what it was begun with, and whether one may go on in it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, RunLocked, StoreFailed
from tutelage.tune.checkpoints import to_disk

BEGUN = "tuning.json"
RESULT = "result.json"
CHECKPOINTS = "checkpoints"
LEFT_OUT = "left_out.jsonl"
SCORES = "scores.json"
_LOCK = ".tuning.lock"
_OURS = (
    *(
        BEGUN,
        RESULT,
        LEFT_OUT,
        SCORES,
        CHECKPOINTS,
        "student.json",
        "template.jinja",
        "delta",
        "model",
        "reports",
    ),
    *("curve.jsonl", "curve.svg", "README.md"),
)


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Make the folder and hold it against other processes.

    Raises:
        BadInput: it cannot be made.
        RunLocked: another process tunes there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / _LOCK).open("w")
    except OSError as error:
        raise BadInput(
            f"the folder cannot be written: {error.strerror or error}",
            where=str(out),
            remedy="name another folder with --out",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunLocked(
                "another process tunes into this folder",
                where=str(out),
                remedy="wait for it, or name another folder with --out",
            ) from error
        yield


def begin(out: Path, binding: Mapping[str, Any]) -> None:
    """Bind ``out`` to what the weights depend on, or see that it is bound to the same.

    Raises:
        BadInput: the folder holds something else: a tuning of other settings, data or base, or a student
            that was not tuned here.
        StoreFailed: the disk is full.
    """
    before = read_json(out / BEGUN)
    if before is None:
        if (out / "student.json").exists():
            raise BadInput(
                "the folder holds a student that was not begun here",
                where=str(out),
                remedy="name another folder with --out, or give --fresh to replace it",
            )
        write_json(out / BEGUN, binding)
        return
    told = changes(before, binding)
    if told:
        raise BadInput(
            f"the folder holds a tuning of something else; changed: {'; '.join(told)}",
            where=str(out / BEGUN),
            remedy="name another folder with --out, undo the change, or give --fresh to start anew there",
        )


def changes(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str = "") -> list[str]:
    """What differs between two bindings, key by key: ``learning_rate 2e-05 → 1e-05``."""
    told: list[str] = []
    for key in sorted({*before, *now}):
        old, new, name = before.get(key), now.get(key), f"{prefix}{key}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            told += changes(old, new, f"{name}.")
        elif old != new:
            told.append(f"{name} {_brief(old)} → {_brief(new)}")
    return told


def write_json(path: Path, value: Any) -> None:
    """Write JSON that is there whole or not at all.

    Raises:
        StoreFailed: the disk is full or does not work.
    """
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file that is there whole or not at all; raises as :func:`write_json`."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, "utf-8")
        to_disk(part)
        os.replace(part, path)
        to_disk(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreFailed(
            f"the file cannot be written: {error.strerror or error}",
            where=str(path),
            remedy="make room on the disk and give the same command again",
        ) from error


def read_result(out: Path) -> dict[str, Any] | None:
    """What a finished tuning came to; ``None`` where it is not finished."""
    return read_json(out / RESULT)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file of ours; ``None`` where there is no file.

    Raises:
        BadInput: it is damaged.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput(
            f"the file cannot be read: {error}", where=str(path), remedy="give --fresh to start anew there"
        ) from error
    return value if isinstance(value, dict) else None


def clear(out: Path) -> None:
    """Remove what a tuning writes, and nothing else that may lie there."""
    for path in [*(out / name for name in _OURS), *out.glob("*.gguf")]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
