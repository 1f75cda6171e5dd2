"""The commented recipe that ``tutelage new`` writes.

A method with a template of its own (``template-METHOD.yaml`` beside this file) gets presets; for any other
its settings are listed with their defaults, so that a stranger's method is served too. What must be given
stands open, a file as ``FILE.jsonl``, so that `tutelage validate` names the file that is not there.
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
from tutelage.recipe import kinds, outline

PRESETS = ("small", "paper", "local")
_HERE = Path(__file__).parent
_ANY = "template-any.yaml"
_PLACEHOLDER = "FILE.jsonl"


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
    settings = list(_settings(kind, wishes))
    facts = {"settings": settings, "lacks": _lacks(wishes, settings)}
    return template.render(asdict(wishes) | facts) + "\n"


def _quoted(value: Any) -> str:
    """``value`` as JSON, which is YAML too, on one line."""
    return json.dumps(value, ensure_ascii=False)


def _settings(kind: Any, wishes: Wishes) -> Iterator[dict[str, Any]]:
    """A method's settings in order; ``text`` is the value as YAML, ``given``: it is no comment."""
    schema = outline.of(kind)
    needed = schema.get("required", ())
    for key, part in schema.get("properties", {}).items():
        if key not in ("language", "prompts"):
            yield _setting(key, part, key in needed, wishes)


def _setting(key: str, part: dict[str, Any], required: bool, wishes: Wishes) -> dict[str, Any]:
    doc = " ".join(part.get("description", "").split())
    if key == "domain" and wishes.domain.strip():
        return {"key": key, "given": True, "value": wishes.domain, "text": _quoted(wishes.domain), "doc": doc}
    if not required:
        return {"key": key, "given": False, "text": _quoted(part.get("default")), "doc": doc}
    is_file = part.get("format") == "path"
    told = doc or ("a file of yours" if is_file else "a value of yours")
    doc = f"required: {told.rstrip('.')}; see `tutelage kinds {wishes.method}`"
    return {"key": key, "given": True, "text": _PLACEHOLDER if is_file else "", "doc": doc}


def _lacks(wishes: Wishes, settings: list[dict[str, Any]]) -> list[str]:
    """What to know of the drafted settings: a domain without effect, and what the method misses."""
    found = []
    if wishes.domain.strip() and not any(each["key"] == "domain" for each in settings):
        found.append(f"{wishes.method} has no setting for a domain: {_quoted(wishes.domain)} is not used")
    values = {each["key"]: each["value"] for each in settings if "value" in each}
    if all(each["key"] in values for each in settings if each["given"]):
        _, problems = kinds.attempt("methods", wishes.method, values)
        found += [" ".join(f"required: {each.what}; {each.remedy}".split()) for each in problems]
    return found
