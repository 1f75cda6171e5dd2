"""The commented recipe that ``tutelage new`` writes.

A method with a template of its own (``template-METHOD.yaml`` beside this file) gets presets; for any other
its settings are listed with their defaults, so that a stranger's method is served too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tutelage import plugins
from tutelage.errors import BadInput, nearest
from tutelage.recipe import outline

PRESETS = ("small", "paper", "local")
_HERE = Path(__file__).parent
_ANY = "template-any.yaml"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is known before the recipe is written. ``domain`` may be empty."""

    name: str
    method: str = "skillmix"
    preset: str = "small"
    domain: str = ""
    language: str = "en"


def draft(wishes: Wishes) -> str:
    """The text of a recipe.

    Raises:
        BadInput: no such method or preset.
    """
    if wishes.preset not in PRESETS:
        raise BadInput(
            f"there is no preset '{wishes.preset}'", where="--preset", remedy=nearest(wishes.preset, PRESETS)
        )
    kind = plugins.load("methods", wishes.method)
    environment = Environment(
        loader=FileSystemLoader(_HERE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["quoted"] = _quoted
    own = f"template-{wishes.method}.yaml"
    template = environment.get_template(own if (_HERE / own).is_file() else _ANY)
    return template.render(asdict(wishes) | {"settings": list(_settings(kind))}) + "\n"


def _quoted(value: Any) -> str:
    """``value`` as JSON, which is YAML too, on one line."""
    return json.dumps(value, ensure_ascii=False)


def _settings(kind: Any) -> Iterator[dict[str, Any]]:
    """A method's settings in order: required ones stand open, the others as comments with their default."""
    schema = outline.of(kind)
    needed = schema.get("required", ())
    for key, part in schema.get("properties", {}).items():
        if key not in ("language", "prompts"):
            doc = " ".join(part.get("description", "").split())
            yield {"key": key, "required": key in needed, "default": part.get("default"), "doc": doc}
