"""What a person may set about an analysis."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Rule = Literal["compat", "search"]
Tokens = Literal["unicode", "rouge"]


class AnalysisSettings(BaseModel):
    """The settings of ``tutelage analyze``: ``--set analyze.KEY=VALUE``."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    seed: int = 0
    """What samples and shown examples are drawn by."""
    sample: int = Field(default=200_000, ge=1)
    """Rows that are measured at most; of an input with more, a uniform sample of so many."""
    characters: int = Field(default=400_000_000, ge=1)
    """Characters of rows that are held at most; the sample is made smaller until it fits."""
    rule: Rule = "compat"
    """Which verbs and nouns make a pair: ``compat`` as Self-Instruct and Explore-Instruct take them from the
    first child of the root, ``search`` finds more."""
    spacy: tuple[str, ...] = ()
    """spaCy models by name or path, one for each language, in place of the small English one."""
    tokens: Tokens = "unicode"
    """What ROUGE-L compares: words of any script, or those of ``rouge_score``, which sees Latin letters
    alone."""
    pairs: int = Field(default=20_000, ge=2)
    """Pairs of instructions drawn for the mean ROUGE-L."""
    threshold: float = Field(default=0.7, gt=0, le=1)
    """The ROUGE-L above which two instructions are near-duplicates."""

    @field_validator("spacy", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """A single name stands for a list of one."""
        return (value,) if isinstance(value, str) else value


DEFAULTS = AnalysisSettings()
