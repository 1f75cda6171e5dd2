"""The parts of a recipe that are no kinds: money, pace, patience and prices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tutelage.errors import BadInput


def checked_name(name: str) -> str:
    """``name``, if a run may be called so.

    Raises:
        BadInput: it is long, of several lines, or would be read as a path.
    """
    if len(name) > 100 or any(sign in name for sign in "/\\\n\t\0"):
        raise BadInput(
            "expected at most 100 characters on one line without slashes",
            where=f"name {name[:120]!r}",
            remedy="choose a plain name; --out and other options say where files go",
        )
    return name


class Settings(BaseModel):
    """Frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Budget(Settings):
    """What a run may spend in all, over every resumption. ``null`` means no bound."""

    money: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """USD."""
    tokens: Annotated[int, Field(ge=0)] | None = None
    """Prompt, completion and thinking tokens together."""
    calls: Annotated[int, Field(ge=0)] | None = None
    """Requests sent; answers from the store are free."""


class PaceOptions(Settings):
    """How fast to ask. Nothing here can change the dataset."""

    concurrency: Literal["auto"] | Annotated[int, Field(ge=1)] = "auto"
    """Calls in flight; ``auto`` finds out what the server takes."""
    max_concurrency: int = Field(default=256, ge=1)
    """The most that ``auto`` tries."""
    requests_per_minute: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """A limit that the provider states."""
    tokens_per_minute: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """A limit that the provider states, prompt and completion together."""
    tries: int = Field(default=6, ge=1, le=100)
    """Attempts per call, the first included."""
    hedge_after: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Seconds after which a second copy of a slow call is sent; ``null`` never."""
    mode: Literal["live", "batch"] = "live"
    """``batch`` uses the provider's batch interface: cheaper, and answers within a day."""


class Price(Settings):
    """USD per million tokens of one model."""

    prompt: float = Field(ge=0, allow_inf_nan=False)
    completion: float = Field(ge=0, allow_inf_nan=False)


class Patience(Settings):
    """When to stop short of the target because too little is accepted."""

    window: int = Field(default=100, ge=1)
    """How many of the examples decided last are looked at."""
    least: float = Field(default=0.02, alias="yield", ge=0, le=1)
    """The run stops when a smaller share of them was accepted; 0 never stops."""
