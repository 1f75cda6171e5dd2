"""What the ways that change every weight share: freeing, saving and restoring a whole model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, StoreFailed


def free(model: Any) -> Any:
    """``model`` with every parameter trained.

    Raises:
        BadInput: it is quantised, so its weights cannot be trained.
    """
    for name, parameter in model.named_parameters():
        if not parameter.is_floating_point():
            raise BadInput(
                f"'{name}' is quantised and cannot be trained whole",
                where="tune.base",
                remedy="load the base in float32 or bfloat16, or tune it with qlora",
            )
        parameter.requires_grad_(True)
    return model


def save_whole(model: Any, folder: Path) -> None:
    """Write all weights and the configuration as a folder that transformers loads.

    Raises:
        StoreFailed: the disk is full or cannot be written.
    """
    try:
        model.save_pretrained(folder)
    except OSError as error:
        raise StoreFailed(
            f"the weights cannot be written: {error.strerror or error}",
            where=str(folder),
            remedy="make room on the disk and tune again; it goes on from the last checkpoint",
        ) from error


def load_whole(model: Any, folder: Path) -> Any:
    """The model in ``folder``, of the type, dtype and device of ``model``, which is not changed.

    Raises:
        BadInput: the folder holds no model, or one of another shape.
    """
    try:
        found = type(model).from_pretrained(folder, dtype=model.dtype)
    except (OSError, ValueError, RuntimeError) as error:
        raise BadInput(
            f"the weights cannot be read: {error}", where=str(folder), remedy="give a student's folder"
        ) from error
    wanted = {name: each.shape for name, each in model.named_parameters()}
    given = {name: each.shape for name, each in found.named_parameters()}
    for name in wanted:
        if given.get(name) != wanted[name]:
            raise BadInput(
                f"'{name}' does not fit: the base has {tuple(wanted[name])}, "
                f"the student {tuple(given.get(name, ()))}",
                where=str(folder),
                remedy="restore it on the base that it was trained on",
            )
    return found.to(model.device).eval()
