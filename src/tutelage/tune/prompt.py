"""Prompt tuning: vectors before the input are trained, and nothing else.

Lester, Al-Rfou, Constant, "The Power of Scale for Parameter-Efficient Prompt Tuning", EMNLP 2021
(arXiv:2104.08691).
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from tutelage.models import libraries
from tutelage.tune.peft_kinds import PeftTuning
from tutelage.tune.soft_start import start_tokens


class Prompt(PeftTuning):
    """Soft tokens before the input, started at the embeddings of real ones."""

    kind: ClassVar[str] = "prompt"
    paper: ClassVar[str] = "https://arxiv.org/abs/2104.08691"
    merges: ClassVar[bool] = False
    rate: ClassVar[float] = 1e-2

    tokens: int = Field(default=20, ge=1, description="how many soft tokens")
    text: str = Field(default="", description="a text to start from; none: common tokens, drawn")

    def config(self, model: Any) -> Any:
        """See :meth:`PeftTuning.config`."""
        return libraries.peft().PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=self.tokens)

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`; the logits change at once, because the input does."""
        torch = libraries.torch()
        start = torch.tensor(start_tokens(model, self.tokens, self.text, seed))
        embeddings = model.get_input_embeddings()
        with torch.no_grad():
            vectors = embeddings(start.to(embeddings.weight.device)).float()
        attached = super().attach(model, seed=seed)
        with torch.no_grad():
            attached.prompt_encoder[attached.active_adapter].embedding.weight.copy_(vectors)
        return attached
