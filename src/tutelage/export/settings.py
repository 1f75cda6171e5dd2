"""What a person may set about an export, and what a run tells it for the card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from tutelage.errors import nearest
from tutelage.export.containers import Container
from tutelage.export.formats import FORMATS, TEXT_FORMATS

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class ExportSettings(BaseModel):
    """The ``export`` part of a recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    formats: tuple[str, ...] = TEXT_FORMATS
    """Names of formats, or ``all`` for those that carry text; the first of them in the order of the
    documentation is the default of the card."""
    container: Container = "jsonl"
    """How rows are kept: a line each, one JSON list, or parquet."""
    licence: str | None = None
    """The licence of the whole, in place of what follows from the parts; those stay on the card."""
    title: str | None = None
    """What the card is headed with; the recipe's name if nothing is said."""
    language: tuple[str, ...] = ()
    """Codes such as ``en``; the recipe's language if nothing is said."""

    @field_validator("formats", "language", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """A single word stands for a list of one; ``all`` for every format that carries text."""
        if value == "all":
            return TEXT_FORMATS
        return (value,) if isinstance(value, str) else value

    @field_validator("formats")
    @classmethod
    def _known_formats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in FORMATS:
                raise ValueError(f"there is no export format '{name}'; {nearest(name, FORMATS)}")
        if not value:
            raise ValueError("name at least one format, or leave the key out for all that carry text")
        return tuple(name for name in FORMATS if name in value)  # one order, so that equal sets are equal

    @field_validator("language")
    @classmethod
    def _language_codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if not _LANGUAGE.fullmatch(code):
                raise ValueError(f"'{code}' is not a language code such as 'en' or 'zh'")
        return value


@dataclass(frozen=True)
class DatasetFacts:
    """What the card says about the making of a dataset. Whatever is left empty is left out.

    ``parts`` maps a name ("teacher gpt-4o", "skills.json") to the licence of what came from it.
    ``findings`` are a label and a text each, for the coverage on the card; ``report`` goes into
    ``report.json``.
    ``calls``, ``tokens`` and ``cost`` depend on what was under way when a run stopped: leave them out
    where two runs of one recipe must give the same bytes.
    """

    title: str | None = None
    recipe_name: str = ""
    recipe_fingerprint: str = ""
    method: str = ""
    paper: str = ""
    teachers: Sequence[str] = ()
    filters: Sequence[str] = ()
    target: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, str] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None
    currency: str = "USD"
    version: str = ""
    language: str = ""
    stopped: str = ""
