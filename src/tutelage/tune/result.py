"""What a tuning came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class TuneResult:
    """The figures of a tuning; losses are in nats a trained token.

    ``loss_before`` and ``loss_after`` are of the same rows, named by ``measured_on``: the held-out rows, or
    where there are none the fixed training batch, whose losses are ``train_loss_before`` and ``_after``.
    ``examples`` were trained on; ``dropped``, ``truncated`` and ``copies`` are listed in ``left_out.jsonl``.
    ``tokens_per_second`` counts all tokens that went through the model, padding aside, over the time spent in
    updates. ``scores`` has for every checkpoint its step, held-out loss and score; ``chosen`` is the step of
    the weights that were kept. Where a score chose them, ``selection`` tells what that score is worth after
    the choice. ``peak_memory`` is in bytes, of the process and of the card.
    """

    out: Path
    loss_before: float
    loss_after: float
    train_loss_before: float
    train_loss_after: float
    measured_on: Literal["held_out", "training"]
    trainable: int
    parameters: int
    examples: int
    held_out: int
    dropped: int
    truncated: int
    copies: int
    steps: int
    tokens: int
    trained_tokens: int
    tokens_per_second: float
    seconds: float
    peak_memory: Mapping[str, int]
    packing: bool
    dtype: str
    base: str
    method: Mapping[str, Any]
    chosen: int
    chosen_by: str
    scores: tuple[Mapping[str, Any], ...] = ()
    selection: Mapping[str, Any] = field(default_factory=dict)
    merged: bool = False
    gguf: str = ""
    resumed_at: int = 0
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        plain["out"] = str(self.out)
        plain["scores"] = [dict(score) for score in self.scores]
        for name in ("method", "peak_memory", "selection"):
            plain[name] = dict(getattr(self, name))
        return plain | {"notes": list(self.notes)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], out: Path) -> TuneResult:
        """The inverse of :meth:`as_dict`, for a folder that now lies at ``out``."""
        known = {each.name for each in fields(cls)}
        given = {key: value for key, value in plain.items() if key in known}
        tuples = {"scores": tuple(plain["scores"]), "notes": tuple(plain["notes"])}
        return cls(**{**given, **tuples, "out": out})
