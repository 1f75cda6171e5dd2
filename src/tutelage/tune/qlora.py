"""QLoRA: LoRA on a base whose weights are kept in 4 bits.

Dettmers, Pagnoni, Holtzman, Zettlemoyer, "QLoRA: Efficient Finetuning of Quantized LLMs", NeurIPS 2023
(arXiv:2305.14314).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, ClassVar

from pydantic import Field

from tutelage.errors import BadInput, MissingExtra
from tutelage.models import libraries
from tutelage.tune.lora import LoRA
from tutelage.tune.unpacking import packed, unpacked_merge


class QLoRA(LoRA):
    """Low-rank additions in float32 to a frozen base of 4-bit NormalFloat weights."""

    kind: ClassVar[str] = "qlora"
    paper: ClassVar[str] = "https://arxiv.org/abs/2305.14314"

    double: bool = Field(default=True, description="quantise the quantisation's own constants too")

    def loading(self) -> Mapping[str, Any]:
        """The quantisation; bfloat16 products on a GPU, float32 ones on a CPU.

        Raises:
            MissingExtra: bitsandbytes is not installed.
        """
        if find_spec("bitsandbytes") is None:
            raise MissingExtra("tuning with qlora", extra="qlora", package="bitsandbytes")
        torch = libraries.torch()
        configuration = libraries.transformers().BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=self.double,
            bnb_4bit_compute_dtype=torch.bfloat16 if torch.cuda.is_available() else torch.float32,
        )
        return {"quantization_config": configuration}

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`; the norms are raised to float32 and stay frozen."""
        if not packed(model):
            raise BadInput(
                f"{type(model).__name__} was loaded without quantisation, which qlora needs",
                where="tune.method",
                remedy="load the base with the arguments of loading(), or tune it with lora",
            )
        ready = libraries.peft().prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
        return super().attach(ready, seed=seed)

    def merge(self, model: Any) -> Any:
        """A plain float32 model: the 4-bit weights are unpacked, and the additions folded in unrounded."""
        return unpacked_merge(model)
