"""The wording of prompts: one text file a step, found by kind and language, rendered in a sandbox.

    prompts/<kind>/<language>/<step>.txt

    wording = load("skillmix", "critique", "en", overrides={"critique": "What would you change?"})
    wording.render(question=…)        → the text that is sent
    wording.fingerprint               → goes into the lineage of what was written with it

A slot is Jinja2's ``{{ name }}``; a slot that nobody fills is an error, never an empty string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from tutelage.errors import BadInput, nearest
from tutelage.records import digest

_SANDBOX = SandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
)
# What a template may do wrong by itself, beside Jinja2's own errors: {{ 1 / 0 }}, {{ "a" + 1 }}, {{ x[9] }}.
_AT_FAULT = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, OverflowError)


@dataclass(frozen=True)
class Wording:
    """The text of one prompt with its slots. ``place`` names its file or setting in messages."""

    text: str
    place: str = "prompt"
    _template: Template = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            template = _SANDBOX.from_string(self.text)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise BadInput(
                f"this prompt is not a valid template: {error.args[0] if error.args else error}",
                where=self.place + (f", line {line}" if line else ""),
                remedy="write slots as {{ name }} and blocks as {% if name %}…{% endif %}",
            ) from error
        object.__setattr__(self, "_template", template)

    @property
    def fingerprint(self) -> str:
        """The digest of the text: equal wording, equal fingerprint, wherever it stands."""
        return digest(self.text)

    def render(self, **slots: Any) -> str:
        """The text with its slots filled, without space around it.

        Raises:
            BadInput: a slot is not among ``slots``, or the template fails on them.
        """
        try:
            return self._template.render(**slots).strip()
        except UndefinedError as error:
            raise BadInput(
                f"this prompt asks for something that is not there: {error.message}",
                where=self.place,
                remedy=f"slots of this step: {', '.join(sorted(slots)) or 'none'}",
            ) from error
        except SecurityError as error:
            raise BadInput(
                f"this prompt does what a prompt may not do: {error.message}",
                where=self.place,
                remedy="use slots, filters, if and for only",
            ) from error
        except _AT_FAULT as error:
            raise BadInput(
                f"this prompt cannot be rendered: {error}",
                where=self.place,
                remedy=f"slots of this step: {', '.join(sorted(slots)) or 'none'}",
            ) from error


def languages(kind: str) -> list[str]:
    """The languages that ``kind`` ships wording for, sorted."""
    folder = files(__name__) / kind
    return sorted(each.name for each in folder.iterdir() if each.is_dir() and not each.name.startswith("_"))


def steps(kind: str, language: str) -> list[str]:
    """The names of the steps that ``kind`` has wording for in ``language``, sorted.

    Raises:
        BadInput: no wording in that language.
    """
    return sorted(each.name[:-4] for each in _folder(kind, language).iterdir() if each.name.endswith(".txt"))


def check_overrides(kind: str, language: str, overrides: Mapping[str, str]) -> None:
    """Refuse own wording for a step that does not exist, or that is no template.

    Raises:
        BadInput: it names the nearest step, or the line at fault.
    """
    known = steps(kind, language)
    for name, text in overrides.items():
        if name not in known:
            raise BadInput(
                f"{kind} has no step called '{name}'", where=f"prompts.{name}", remedy=nearest(name, known)
            )
        Wording(text, f"prompts.{name}")


def load(kind: str, step: str, language: str = "en", overrides: Mapping[str, str] | None = None) -> Wording:
    """The wording of one step: the recipe's own where ``overrides`` has it, else the shipped file.

    Raises:
        BadInput: an unknown language or step, an override for a step that does not exist, or a text that
            is no template.
    """
    overrides = overrides or {}
    if overrides:
        check_overrides(kind, language, overrides)
    if step in overrides:
        return Wording(overrides[step], f"prompts.{step}")
    return _shipped(kind, step, language)


@cache
def _shipped(kind: str, step: str, language: str) -> Wording:
    file = _folder(kind, language) / f"{step}.txt"
    if not file.is_file():
        raise BadInput(
            f"{kind} has no step called '{step}'", where=language, remedy=nearest(step, steps(kind, language))
        )
    return Wording(file.read_text(encoding="utf-8"), f"prompts/{kind}/{language}/{step}.txt")


@cache
def material(kind: str, name: str, language: str) -> Any:
    """A shipped file beside the wording: parsed where ``name`` ends in ``.json``, else its text.

    Raises:
        BadInput: no wording in that language.
    """
    text = (_folder(kind, language) / name).read_text(encoding="utf-8")
    return json.loads(text) if name.endswith(".json") else text


def _folder(kind: str, language: str) -> Traversable:
    known = languages(kind)
    if language not in known:
        raise BadInput(f"{kind} has no wording in the language '{language}'", remedy=nearest(language, known))
    return files(__name__) / kind / language
