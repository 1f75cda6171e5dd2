"""What a recipe says under ``tune``: the student, the way to tune it, and how long; with the papers' presets.

Defaults suit 1K to 10K examples on one machine: three epochs, 8 examples an update, a cosine schedule after
a short warm-up, and the learning rate that the method names. A preset stands between the defaults and what
the recipe writes: an explicit key wins over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tutelage import plugins
from tutelage.errors import BadInput, nearest
from tutelage.records import digest
from tutelage.tune.reporting import PACKAGES
from tutelage.tune.tuning import Tuning

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # Instruct-SkillMix (Kaur et al. 2024): one checkpoint an epoch, the best of them by held-out examples.
    "skillmix-paper": {
        "method": "full",
        "learning_rate": 2e-5,
        "batch": 64,
        "epochs": 15.0,
        "max_length": 1024,
        "schedule": "cosine",
        "warmup": 0.03,
        "weight_decay": 0.0,
        "checkpoints": "epoch",
    },
    # Explore-Instruct (Wan et al. 2023) after Alpaca: three epochs of short rows, the last weights.
    "explore-paper": {
        "method": "full",
        "learning_rate": 2e-5,
        "batch": 128,
        "epochs": 3.0,
        "max_length": 512,
        "schedule": "cosine",
        "warmup": 0.03,
        "weight_decay": 0.0,
        "select": "last",
    },
}

_REPORTERS = tuple(PACKAGES)

# What changes neither the weights nor their order: free to differ when training is taken up again.
_FREE = frozenset({"preset", "report_to", "merge", "gguf"})


class TuneSettings(BaseModel):
    """One tuning. Lengths are in tokens, rates per update; shares are of the examples."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    base: str = Field("smollm2", description="a folder, a GGUF file, a hub id, a student, or smollm2")
    method: str | Mapping[str, Any] = Field(
        "lora", description="a kind of tuning, or a mapping with its kind"
    )
    preset: Literal["", "skillmix-paper", "explore-paper"] = ""
    template: str = Field("auto", description="auto, a named template, or a .jinja file")
    epochs: float = Field(3.0, gt=0, le=10_000)
    steps: int | None = Field(
        None, ge=1, le=10_000_000, description="updates; where given, epochs do not count"
    )
    batch: int = Field(8, ge=1, description="examples an update, over all processes")
    micro_batch: int | None = Field(None, ge=1, description="examples at once in memory; chosen if absent")
    learning_rate: float | None = Field(None, gt=0, description="the method's own if absent")
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup: float = Field(0.03, ge=0, lt=1, description="share of the updates")
    weight_decay: float = Field(0.0, ge=0)
    max_length: int = Field(1024, ge=8, le=1 << 24)
    over_length: Literal["drop", "truncate"] = "drop"
    packing: bool | Literal["auto"] = Field("auto", description="several rows in one sequence, kept apart")
    held_out: float = Field(0.1, ge=0, description="a share below 1, or rows; a share stops at 100 rows")
    select: Literal["loss", "score", "last"] = "loss"
    checkpoints: int | Literal["epoch", "half", "none"] = Field(
        "epoch", description="when to keep one: each epoch or twice, at most 20 or so; a number; or none"
    )
    seed: int = Field(42, ge=0)
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    threads: int = Field(1, ge=1)
    gradient_checkpointing: bool = False
    report_to: tuple[str, ...] = ()
    merge: bool = Field(False, description="fold the result into plain weights")
    gguf: Literal["", "f16", "bf16", "f32", "q8_0"] = Field("", description="also write a GGUF file")

    @model_validator(mode="before")
    @classmethod
    def _preset_first(cls, given: Any) -> Any:
        """Put the preset's values below what was written."""
        if not isinstance(given, Mapping):
            return given
        preset = given.get("preset") or ""
        if preset and preset not in PRESETS:
            raise ValueError(f"there is no preset called '{preset}'; {nearest(str(preset), PRESETS)}")
        return {**PRESETS.get(preset, {}), **given}

    @field_validator("checkpoints")
    @classmethod
    def _positive(cls, value: int | str) -> int | str:
        if isinstance(value, int) and value < 1:
            raise ValueError("a checkpoint is kept after at least one update; write none for none")
        return value

    @field_validator("held_out")
    @classmethod
    def _whole_rows(cls, value: float) -> float:
        if value >= 1 and value != int(value):
            raise ValueError(f"held_out {value}: give a share below 1, or a whole number of rows")
        return value

    @field_validator("report_to", mode="before")
    @classmethod
    def _known_reporters(cls, value: Any) -> Any:
        names = (value,) if isinstance(value, str) else tuple(value or ())
        for name in names:
            if name not in _REPORTERS:
                raise ValueError(f"nothing reports to '{name}'; {nearest(str(name), _REPORTERS)}")
        return names

    @model_validator(mode="after")
    def _fits_together(self) -> TuneSettings:
        if self.micro_batch is not None and self.batch % self.micro_batch:
            raise ValueError(f"batch {self.batch} is not a multiple of micro_batch {self.micro_batch}")
        if self.select == "score" and self.checkpoints == "none":
            raise ValueError("select: score chooses among checkpoints, and checkpoints is none")
        return self

    @property
    def tuning(self) -> Tuning:
        """The way to tune, with its own settings.

        Raises:
            BadInput: there is no such kind, or its settings do not fit.
        """
        return tuning_of(self.method)

    @property
    def rate(self) -> float:
        """The learning rate that will be used."""
        return self.tuning.rate if self.learning_rate is None else self.learning_rate

    def binding(self) -> dict[str, Any]:
        """What the weights depend on, JSON-able: training is taken up again only where this is the same."""
        plain = self.model_dump(mode="json", exclude=set(_FREE))
        tuning = self.tuning
        return {
            **plain,
            "method": {"kind": tuning.kind, **tuning.model_dump(mode="json")},
            "learning_rate": self.rate,
        }

    @property
    def fingerprint(self) -> str:
        """The digest of :meth:`binding`."""
        return digest(self.binding())


def tuning_of(method: str | Mapping[str, Any]) -> Tuning:
    """The way to tune that ``method`` names, alone or with its settings.

    Raises:
        BadInput: there is no such kind, or its settings do not fit; names the key and its value.
    """
    written = {"kind": method} if isinstance(method, str) else dict(method)
    kind = written.pop("kind", None)
    if not isinstance(kind, str):
        raise BadInput(
            "the way to tune has no kind",
            where="tune.method",
            remedy=f"write a name, or a mapping with kind; known: {', '.join(plugins.names('tuning'))}",
        )
    made = plugins.load("tuning", kind)
    try:
        tuning: Tuning = made(**written)
    except ValidationError as error:
        raise _unfit(kind, made, error) from error
    return tuning


def _unfit(kind: str, made: type[Tuning], error: ValidationError) -> BadInput:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "(all)"
    if first["type"] == "extra_forbidden":
        return BadInput(
            f"the way to tune '{kind}' has no setting called '{key}'",
            where=f"tune.method.{key}",
            remedy=nearest(key, made.model_fields),
        )
    return BadInput(
        f"the setting '{key}' of the way to tune '{kind}' cannot be {first['input']!r}: {first['msg']}",
        where=f"tune.method.{key}",
        remedy="correct the value",
    )
