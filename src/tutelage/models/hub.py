"""A model of the Hugging Face hub as a folder on this machine: fetched once, then found without a network."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from tutelage.errors import MissingExtra, TeacherRefused

_WANTED = ("*.json", "*.safetensors", "*.jinja", "*.model", "*.txt")
_REMEDY = (
    "check the name and the network (gated models need HF_TOKEN; HF_HUB_OFFLINE must not be set unless the "
    "model is cached), or fetch it elsewhere and give its folder"
)


def fetched(repository: str) -> Path:
    """The folder of ``repository`` (``org/name``) in the hub's own cache; weights as safetensors only.

    Raises:
        MissingExtra: ``huggingface_hub`` is not installed.
        TeacherRefused: there is no network and no copy, no such repository, or it is closed to us.
    """
    library = _library()
    try:
        return Path(library.snapshot_download(repository, allow_patterns=list(_WANTED)))
    except library.errors.GatedRepoError as error:
        what = "its owner has not let you in"
        raise TeacherRefused(_cannot(what), where=repository, remedy=_REMEDY) from error
    except library.errors.RepositoryNotFoundError as error:
        what = "there is no such repository, or it is private"
        raise TeacherRefused(_cannot(what), where=repository, remedy=_REMEDY) from error
    except (OSError, ValueError, RuntimeError, library.errors.HfHubHTTPError) as error:
        raise TeacherRefused(_cannot(_reason(error)), where=repository, remedy=_REMEDY) from error


def _cannot(why: str) -> str:
    return f"the model cannot be fetched from the hub: {why}"


def _reason(error: BaseException) -> str:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        return "this machine is offline (HF_HUB_OFFLINE is set) and the model is not in the hub's cache"
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _library() -> Any:
    try:
        return importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise MissingExtra("a model from the hub", extra="tune", package="huggingface_hub") from error
