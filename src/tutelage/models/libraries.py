"""The heavy packages of the ``tune`` extra, imported where they are first used.

    torch = libraries.torch()

Kinds of tuning, recipes and ``--help`` are read without them; what needs one and does not find it says what
to install.
"""

from __future__ import annotations

import importlib
from typing import Any

from tutelage.errors import MissingExtra

_TUNING = "tuning or loading a model with torch"


def torch() -> Any:
    """The package ``torch``.

    Raises:
        MissingExtra: it is not installed.
    """
    return _package("torch")


def transformers() -> Any:
    """The package ``transformers``; raises as :func:`torch`."""
    return _package("transformers")


def peft() -> Any:
    """The package ``peft``; raises as :func:`torch`."""
    return _package("peft")


def trl() -> Any:
    """The package ``trl``; raises as :func:`torch`."""
    return _package("trl")


def datasets() -> Any:
    """The package ``datasets``; raises as :func:`torch`."""
    return _package("datasets")


def safetensors_torch() -> Any:
    """The module ``safetensors.torch``; raises as :func:`torch`."""
    return _package("safetensors.torch")


def gguf() -> Any:
    """The package ``gguf``, which reads GGUF files; raises as :func:`torch`."""
    return _package("gguf")


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        # What is absent may be a part that the package itself needs: that is the name to give.
        missing = getattr(error, "name", None) or name
        raise MissingExtra(_TUNING, extra="tune", package=missing.partition(".")[0]) from error
