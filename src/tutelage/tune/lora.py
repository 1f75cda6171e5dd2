"""LoRA: a product of two thin matrices is added to each linear layer.

Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022 (arXiv:2106.09685); rank-stabilised
scaling: arXiv:2312.03732; weight decomposition (DoRA): arXiv:2402.09353.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.errors import BadInput
from tutelage.models import libraries
from tutelage.tune.biases import biases
from tutelage.tune.modules import fan_in_fan_out, targeted, widths
from tutelage.tune.peft_kinds import PeftTuning


class LoRA(PeftTuning):
    """Low-rank additions to all linear layers are trained; the start is the base's own output."""

    kind: ClassVar[str] = "lora"
    paper: ClassVar[str] = "https://arxiv.org/abs/2106.09685"
    merges: ClassVar[bool] = True
    rate: ClassVar[float] = 2e-4

    rank: int = Field(default=16, ge=1)
    alpha: float = Field(default=32.0, gt=0, description="the addition is scaled by alpha / rank")
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: tuple[str, ...] = Field(
        default=(), description="names of linear layers, or ends of names; none: all but the output layer"
    )
    rslora: bool = Field(default=False, description="scale by alpha / sqrt(rank)")
    dora: bool = Field(default=False, description="train each column's length apart from its direction")
    bias: Literal["none", "all", "lora_only"] = Field(
        default="none", description="which bias terms of the base are trained too"
    )

    def config(self, model: Any) -> Any:
        """See :meth:`PeftTuning.config`."""
        chosen = targeted(model, self.targets, "tune.method.targets")
        largest = max(min(widths(each)) for each in chosen.values())
        if self.rank > largest:
            raise BadInput(
                f"rank {self.rank} is above the width of every layer that it is for, {largest} at most",
                where="tune.method.rank",
                remedy=f"give at most {largest}; 8 to 64 is usual",
            )
        if self.bias != "none" and not biases(model):
            raise BadInput(
                f"{type(model).__name__} has no bias terms to train",
                where=f"tune.method.bias: {self.bias}",
                remedy="leave bias at none",
            )
        return libraries.peft().LoraConfig(
            task_type="CAUSAL_LM",
            r=self.rank,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=sorted(chosen),
            use_rslora=self.rslora,
            use_dora=self.dora,
            bias=self.bias,
            fan_in_fan_out=all(fan_in_fan_out(each) for each in chosen.values()),
        )
