"""Files and folders that appear whole or not at all: written beside their place, then put there at once."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tutelage.errors import BadInput, StoreFailed

_USERS_FAULT = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENOENT),
    *(errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL),
}
_STALE = 24 * 3600  # seconds after which an unfinished copy is taken for abandoned


@contextmanager
def plain_errors(place: Path) -> Iterator[None]:
    """Turns errors of the file system into errors for a person.

    Raises:
        BadInput: the place itself is at fault (no permission, not a folder).
        StoreFailed: the disk is full or does not work.
    """
    try:
        yield
    except OSError as error:
        what = f"the export cannot be written: {error.strerror or error}"
        if error.errno in _USERS_FAULT:
            raise BadInput(what, where=str(place), remedy="name another place with --out") from error
        raise StoreFailed(
            what,
            where=str(place),
            remedy="make room or name another disk, then export again; an earlier export there is unharmed",
        ) from error


def _beside(target: Path) -> Path:
    """A fresh name next to ``target``; copies that were abandoned long ago are cleared away."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for other in target.parent.glob(f".{_literal(target.name)}.partial-*"):
        if time.time() - other.stat().st_mtime > _STALE:
            _discard(other)
    return target.parent / f".{target.name}.partial-{secrets.token_hex(4)}"


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _discard(path: Path) -> None:
    """Remove ``path`` as far as possible: what stays is a hidden name, found and cleared another day."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step, where the system can (Linux ``renameat2``); false where it cannot."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    here, swap_both = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), swap_both) == 0)


def _put(new: Path, target: Path) -> None:
    """Let ``new`` take the name of ``target``; the old folder, if any, is gone afterwards."""
    if not target.exists():
        new.rename(target)
        return
    if _exchange(new, target):
        _discard(new)
        return
    old = new.with_name(new.name.replace(".partial-", ".partial-old-"))
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    _discard(old)


@contextmanager
def replacing_folder(folder: Path, ours: Callable[[str], bool]) -> Iterator[Path]:
    """An empty folder to write into, which becomes ``folder`` when the block ends well.

    When it does not, ``folder`` stays as it was. What a person has put into the old folder, that is every
    entry whose name is not ``ours``, is taken along.
    """
    target = folder.resolve()
    with plain_errors(folder):
        new = _beside(target)
        new.mkdir()
        try:
            yield new
            _take_along(target, new, ours)
            _put(new, target)
        except BaseException:
            _discard(new)
            raise


def _take_along(old: Path, new: Path, ours: Callable[[str], bool]) -> None:
    if not old.exists():
        return
    for entry in sorted(old.iterdir()):
        if ours(entry.name) or (new / entry.name).exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, new / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, new / entry.name, follow_symlinks=False)


@contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes ``path`` when the block ends well; else ``path`` stays as it was."""
    target = path.resolve()
    with plain_errors(path):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        new = _beside(target)
        try:
            yield new
            os.replace(new, target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
