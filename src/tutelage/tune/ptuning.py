"""P-tuning: soft tokens that a small network makes from trained vectors.

Liu et al., "GPT Understands, Too", 2021 (arXiv:2103.10385).
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.models import libraries
from tutelage.tune.peft_kinds import PeftTuning


class PTuning(PeftTuning):
    """Soft tokens and the network that makes them are trained; only the tokens are saved."""

    kind: ClassVar[str] = "ptuning"
    paper: ClassVar[str] = "https://arxiv.org/abs/2103.10385"
    merges: ClassVar[bool] = False
    rate: ClassVar[float] = 1e-3

    tokens: int = Field(default=20, ge=1, description="how many soft tokens")
    network: Literal["mlp", "lstm"] = Field(
        default="mlp", description="three layers, or two of an LSTM and two more, as in the paper"
    )
    hidden: int = Field(default=128, ge=1, description="width of the network")

    def config(self, model: Any) -> Any:
        """See :meth:`PeftTuning.config`."""
        return libraries.peft().PromptEncoderConfig(
            task_type="CAUSAL_LM",
            num_virtual_tokens=self.tokens,
            encoder_reparameterization_type=self.network.upper(),
            encoder_hidden_size=self.hidden,
        )
