"""The one door to numpy for benches: they are listed, checked and previewed without it.

The modules of ``evaluate.statistics`` import numpy at their top; a bench reaches them, as it reaches numpy,
only when there is something to compute.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from tutelage.errors import MissingExtra


def numpy() -> ModuleType:
    """The package numpy.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return importlib.import_module("numpy")
    except ModuleNotFoundError as error:
        raise MissingExtra("the statistics of an evaluation", extra="evaluate", package="numpy") from error


def statistics(name: str) -> ModuleType:
    """The module ``name`` of ``tutelage.evaluate.statistics``, such as ``"length_control"``.

    Raises:
        MissingExtra: numpy is not installed.
    """
    numpy()
    return importlib.import_module(f"tutelage.evaluate.statistics.{name}")
