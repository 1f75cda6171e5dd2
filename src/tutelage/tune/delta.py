"""What was trained, as one safetensors file with a few words about it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, StoreFailed
from tutelage.models import libraries

NAME = "delta.safetensors"
_OTHERS = "it must be a folder that a tuning of this kind wrote"


def write(
    folder: Path, tensors: Mapping[str, Any], *, kind: str, about: Mapping[str, str] | None = None
) -> None:
    """Write ``tensors`` to ``folder``; the file is there whole or not at all.

    Raises:
        StoreFailed: the disk is full or cannot be written; a file that was there is left as it was.
    """
    safetensors = libraries.safetensors_torch()
    kept = {name: tensor.detach().to("cpu").contiguous() for name, tensor in tensors.items()}
    words = {"kind": kind, **(about or {})}
    part = folder / f"{NAME}.part"
    try:
        # Bytes first: the library's own writer maps the file, and a full disk then ends the process.
        part.write_bytes(safetensors.save(kept, metadata=words))
        os.replace(part, folder / NAME)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreFailed(
            f"what was trained cannot be written: {error.strerror or error}",
            where=str(folder),
            remedy="make room on the disk and tune again; it goes on from the last checkpoint",
        ) from error


def read(folder: Path, *, kind: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors and the words that :func:`write` left.

    Raises:
        BadInput: there is no such file, it is damaged, or another kind wrote it.
    """
    tensors, about = parts(folder)
    if about.get("kind") != kind:
        raise BadInput(
            f"'{about.get('kind', '?')}' wrote this, not '{kind}'", where=str(folder / NAME), remedy=_OTHERS
        )
    return tensors, about


def parts(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Like :func:`read`, of whatever kind.

    Raises:
        BadInput: there is no such file, or it is damaged.
    """
    path = folder / NAME
    if not path.is_file():
        raise BadInput(f"there is no {NAME}", where=str(folder), remedy=_OTHERS)
    opening = libraries.safetensors_torch().safe_open
    damaged = importlib.import_module("safetensors").SafetensorError
    try:
        with opening(str(path), framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}, dict(opened.metadata() or {})  # noqa: SIM118  not a dict: it cannot be iterated
    except damaged as error:
        raise BadInput(
            f"the file is damaged: {error}", where=str(path), remedy="tune again, or copy it anew"
        ) from error
