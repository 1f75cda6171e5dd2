"""The folder that a tuning writes: whose it is, what it was begun with, and whether one may go on in it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from tutelage.errors import BadInput, RunLocked, StoreFailed
from tutelage.tune.checkpoints import to_disk

BEGUN = "tuning.json"
RESULT = "result.json"
CHECKPOINTS = "checkpoints"
LEFT_OUT = "left_out.jsonl"
HELD_OUT = "held_out.jsonl"  # examples that were kept from training, in Tutelage's own format
SCORES = "scores.json"
SCORING = "scoring"  # what was asked to score checkpoints
_LOCK = ".tuning.lock"
_LAUNCH = "accelerate.yaml"  # lies there before the processes begin
_MARKS = (BEGUN, "student.json")  # either says that a tuning made the folder
_ELSEWHERE = "name a new or an empty folder with --out"
_QUOTED = 5  # names of what lies there
_OURS = (
    *(
        BEGUN,
        RESULT,
        LEFT_OUT,
        HELD_OUT,
        SCORES,
        SCORING,
        CHECKPOINTS,
        "student.json",
        "template.jinja",
        "delta",
        "model",
        "reports",
    ),
    *("curve.jsonl", "curve.svg", "README.md"),
)


def check_place(out: Path, base: Path | None) -> None:
    """See that a tuning may write into ``out``: it is no file, apart from ``base``, and empty or a tuning's.

    ``base`` is the file or folder that is tuned, ``None`` for one of the hub. Nothing is written.

    Raises:
        BadInput: it may not.
    """
    if out.exists() and not out.is_dir():
        raise BadInput("this is a file, and a student needs a folder", where=str(out), remedy=_ELSEWHERE)
    place, whole = out.resolve(), base.resolve() if base else None
    if whole and (place == whole or place in whole.parents or whole in place.parents):
        raise BadInput(
            f"the student would be written over the base that it is tuned from, {base}",
            where=str(out),
            remedy="name a folder with --out that is neither the base, nor in it, nor around it",
        )
    try:
        others = [] if _marked(out) else sorted(each.name for each in out.iterdir() if not _ours(each.name))
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(out, error) from error
    if others:
        raise BadInput(
            f"this folder holds other things, and no tuning: {', '.join(others[:_QUOTED])}"
            + (" …" if len(others) > _QUOTED else ""),
            where=str(out),
            remedy=_ELSEWHERE,
        )


@contextmanager
def alone(out: Path, base: Path | None = None) -> Iterator[None]:
    """Make the folder and hold it against other processes; where nothing is begun in it, nothing is left.

    Raises:
        BadInput: it cannot be made, or as :func:`check_place`.
        RunLocked: another process tunes there.
    """
    check_place(out, base)
    made = [each for each in (out, *out.parents) if not each.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / _LOCK).open("w")
    except OSError as error:
        _remove_empty(made)
        raise _unwritable(out, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _locked(out) from error
        if not _is_still(lock, out / _LOCK):  # removed by a process that began nothing
            raise _locked(out)
        try:
            yield
        finally:
            if not _marked(out):
                (out / _LOCK).unlink(missing_ok=True)
                _remove_empty(made)


def begin(out: Path, binding: Mapping[str, Any], *, fresh: bool = False) -> None:
    """Bind ``out`` to what the weights depend on, or see that it is bound to the same; ``fresh`` clears it.

    Raises:
        BadInput: the folder holds something else: a tuning of other settings, data or base, or a student
            that was not tuned here.
        StoreFailed: the disk is full.
    """
    if fresh:
        clear(out)
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
    """What differs between two bindings, key by key: ``learning_rate 2e-05 → 1e-05``.

    Another kind comes first, and stands for the settings beside it, which mean nothing to the other kind.
    """
    if (old_kind := before.get("kind")) != (new_kind := now.get("kind")):
        return [f"{prefix}kind {_brief(old_kind)} → {_brief(new_kind)}"]
    first: list[str] = []
    told: list[str] = []
    for key in sorted({*before, *now}):
        old, new, name = before.get(key), now.get(key), f"{prefix}{key}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            another = old.get("kind") != new.get("kind")
            (first if another else told).extend(changes(old, new, f"{name}."))
        elif old != new:
            told.append(f"{name} {_brief(old)} → {_brief(new)}")
    return first + told


def write_json(path: Path, value: Any) -> None:
    """Write JSON that is there whole or not at all.

    Raises:
        StoreFailed: the disk is full or does not work.
    """
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a line of JSON for each row; raises as :func:`write_json`."""
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


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
    """Remove what a tuning wrote, where one has, and nothing else that may lie there."""
    if not _marked(out):
        return
    for path in [*(out / name for name in _OURS), *out.glob("student-*.gguf")]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _marked(out: Path) -> bool:
    return any((out / name).is_file() for name in _MARKS)


def _ours(name: str) -> bool:
    """Whether a file may lie there though nothing is begun."""
    return name in (_LOCK, _LAUNCH) or (name.startswith(".") and name.endswith(".part"))


def _is_still(lock: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove ``folders``, the inmost first, as far as they are there and empty."""
    with suppress(OSError):
        for each in folders:
            each.rmdir()


def _locked(out: Path) -> RunLocked:
    return RunLocked(
        "another process tunes into this folder",
        where=str(out),
        remedy="wait for it, or name another folder with --out",
    )


def _unwritable(out: Path, error: OSError) -> BadInput:
    why = "" if isinstance(error, FileNotFoundError) else f": {error.strerror or error}"
    return BadInput(f"this place cannot be written to{why}", where=str(out), remedy=_ELSEWHERE)


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
