"""Tutelage: from a sentence to an instruction dataset, a tuned model, and proof.

The public names below are loaded on first use, so that ``import tutelage`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "AnalysisResult": "tutelage.runs.analysing",
    "AnalysisSettings": "tutelage.analysis.settings",
    "Example": "tutelage.records",
    "Message": "tutelage.records",
    "Recipe": "tutelage.recipe.model",
    "RunResult": "tutelage.runs.result",
    "TuneResult": "tutelage.tune.result",
    "TuneSettings": "tutelage.tune.settings",
    "TutelageError": "tutelage.errors",
    "analyze": "tutelage.api",
    "compare": "tutelage.api",
    "evaluate_models": "tutelage.api",
    "evaluate_recorded": "tutelage.api",
    "filter_files": "tutelage.api",
    "load_recipe": "tutelage.api",
    "preview": "tutelage.api",
    "read_examples": "tutelage.api",
    "run": "tutelage.api",
    "tune_files": "tutelage.api",
}

__all__ = [
    "AnalysisResult",
    "AnalysisSettings",
    "Example",
    "Message",
    "Recipe",
    "RunResult",
    "TuneResult",
    "TuneSettings",
    "TutelageError",
    "analyze",
    "compare",
    "evaluate_models",
    "evaluate_recorded",
    "filter_files",
    "load_recipe",
    "preview",
    "read_examples",
    "run",
    "tune_files",
]

if TYPE_CHECKING:
    from tutelage.analysis.settings import AnalysisSettings
    from tutelage.api import (
        analyze,
        compare,
        evaluate_models,
        evaluate_recorded,
        filter_files,
        load_recipe,
        preview,
        read_examples,
        run,
        tune_files,
    )
    from tutelage.errors import TutelageError
    from tutelage.recipe.model import Recipe
    from tutelage.records import Example, Message
    from tutelage.runs.analysing import AnalysisResult
    from tutelage.runs.result import RunResult
    from tutelage.tune.result import TuneResult
    from tutelage.tune.settings import TuneSettings


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tutelage' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
