"""The ``constraints`` part of a recipe."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tutelage.constraints.constraint import FAMILIES, RULES
from tutelage.constraints.drawing import expanded, most_at_once
from tutelage.constraints.whole import TOLD_BY_SCRIPT
from tutelage.errors import BadInput, nearest


class ConstraintSettings(BaseModel):
    """Which constraints are put to how many of the examples."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    count: int = Field(default=1, ge=1, le=5)
    """Constraints for one answer."""
    kinds: Annotated[tuple[str, ...], Field(min_length=1)] = FAMILIES
    """Kinds, or families that stand for all of theirs."""
    share: float = Field(default=0.5, gt=0, le=1)
    """Of the examples that get constraints, drawn one by one."""
    on_miss: Literal["reject", "ask_again"] = "reject"
    """What becomes of an answer that misses one: refused at once, or asked for once more first."""
    words: tuple[str, ...] = ()
    """Keywords to draw from, in place of words of the question and answer."""
    languages: tuple[str, ...] = ()
    """Codes of the languages that answers may be asked for in; the other one of en and zh where empty."""

    @field_validator("kinds", "words", "languages", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        """A single word stands for a list of one."""
        return (value,) if isinstance(value, str) else value

    @field_validator("kinds")
    @classmethod
    def _known_kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in RULES and name not in FAMILIES:
                raise ValueError(f"there is no constraint '{name}'; {nearest(name, {*RULES, *FAMILIES})}")
        return value

    @field_validator("words")
    @classmethod
    def _filled(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(word.strip() for word in value):
            raise ValueError("a keyword is empty")
        return tuple(word.strip() for word in value)

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if code not in TOLD_BY_SCRIPT:
                raise ValueError(
                    f"the language '{code}' cannot be told by its script; {nearest(code, TOLD_BY_SCRIPT)}"
                )
        return value

    @model_validator(mode="after")
    def _enough_at_once(self) -> ConstraintSettings:
        most = max(most_at_once(expanded(self.kinds, code), self.count) for code in ("en", "zh"))
        if most < self.count:
            raise ValueError(
                f"one answer can keep to at most {most} of the kinds {', '.join(self.kinds)} at once, "
                f"and count is {self.count}"
            )
        return self

    def check_language(self, language: str) -> None:
        """Refuse kinds of which ``language`` has too few.

        Raises:
            BadInput: fewer than ``count`` of them can be asked for together.
        """
        most = most_at_once(expanded(self.kinds, language), self.count)
        if most < self.count:
            raise BadInput(
                f"in the language '{language}' one answer can keep to at most {most} of the kinds "
                f"{', '.join(self.kinds)} at once, and count is {self.count}",
                where="constraints.kinds",
                remedy="name more kinds, or lower the count",
            )
