"""What a model is, by the content of its files: the same files elsewhere are the same model."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

from tutelage.records import digest

# What decides about an answer: weights, shape, tokens, template. Cards and licences do not.
_PARTS = ("*.safetensors", "*.bin", "*.json", "*.jinja", "*.model", "*.txt")


def file_hash(file: Path) -> str:
    """The SHA-256 of a file, in hex; a file that did not change is not read again in this process.

    Raises:
        OSError: it cannot be read.
    """
    facts = file.stat()
    return _hashed(file.resolve(), facts.st_size, facts.st_mtime_ns)


@functools.lru_cache(maxsize=256)
def _hashed(file: Path, size: int, changed: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def folder_hash(folder: Path) -> str:
    """A name of 32 hex digits for the model in ``folder``, of its direct files alone.

    Raises:
        OSError: a file cannot be read.
    """
    return files_hash(folder, (each for pattern in _PARTS for each in folder.glob(pattern)))


def files_hash(folder: Path, files: Iterable[Path]) -> str:
    """A name of 32 hex digits for ``files`` by their places in ``folder`` and their contents."""
    return digest(
        sorted((str(each.relative_to(folder)), file_hash(each)) for each in files if each.is_file())
    )
