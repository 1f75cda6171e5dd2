"""What a recipe says under ``evaluate``: which benches the tuned student is put to, and beside whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

UNTUNED = "untuned"


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, (str, Mapping)) else value


Benches = Annotated[tuple[str | Mapping[str, Any], ...], BeforeValidator(_listed)]


class EvaluateSettings(BaseModel):
    """One evaluation of a tuned student.

    A bench without a ``questions_file`` of its own is put to the rows that tuning held out. Judged benches
    ask the recipe's judge, else its teacher.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    benches: Benches = Field(
        ("held-out", "beat-rate"), min_length=1, description="names of benches, or mappings with their kind"
    )
    against: str = Field(
        UNTUNED, min_length=1, description="untuned (the base as it was), or another model by name"
    )
    questions: int = Field(20, ge=1, description="questions of each bench at most, the first of them")
    max_tokens: int = Field(512, ge=1, description="of one answer of a student")
    sanity: int = Field(
        20, ge=0, description="questions on which answers of known worth are judged as well; 0: none"
    )
    seed: int = Field(42, ge=0, description="decides every draw")
