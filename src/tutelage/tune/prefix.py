"""Prefix tuning: keys and values before the input are trained in every layer.

Li, Liang, "Prefix-Tuning: Optimizing Continuous Prompts for Generation", ACL 2021 (arXiv:2101.00190), started
as in Eyuboglu et al., "Cartridges" (arXiv:2506.06266): at the keys and values of real tokens.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from tutelage.models import libraries
from tutelage.tune.peft_kinds import PeftTuning
from tutelage.tune.soft_start import start_tokens


class Prefix(PeftTuning):
    """Keys and values of a prefix in every layer, started at what the base computes for real tokens."""

    kind: ClassVar[str] = "prefix"
    paper: ClassVar[str] = "https://arxiv.org/abs/2101.00190"
    merges: ClassVar[bool] = False
    rate: ClassVar[float] = 1e-2
    recomputes: ClassVar[bool] = False  # it would drop the cache that the prefix lives in

    tokens: int = Field(default=20, ge=1, description="length of the prefix")
    text: str = Field(default="", description="a text to start from; none: common tokens, drawn")

    def config(self, model: Any) -> Any:
        """See :meth:`PeftTuning.config`."""
        return libraries.peft().PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=self.tokens)

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`; the logits change at once, because the context does."""
        torch = libraries.torch()
        start = torch.tensor([start_tokens(model, self.tokens, self.text, seed)], device=model.device)
        with torch.no_grad():
            cache = model(input_ids=start, use_cache=True).past_key_values
        attached = super().attach(model, seed=seed)
        initialise = libraries.peft().tuners.cartridge.utils.initialize_kv_prefix_from_past_key_values
        initialise(attached, past_key_values=cache, num_virtual_tokens=self.tokens)
        return attached
