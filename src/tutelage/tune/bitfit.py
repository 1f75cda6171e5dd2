"""BitFit: only the bias terms are trained.

Ben Zaken, Ravfogel, Goldberg, "BitFit: Simple Parameter-efficient Fine-tuning for Transformer-based Masked
Language-models", ACL 2022 (arXiv:2106.10199).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from tutelage.errors import BadInput
from tutelage.tune import delta
from tutelage.tune.biases import add_zero_biases, biases, declare_biases
from tutelage.tune.modules import freeze, put_back, trained
from tutelage.tune.tuning import Tuning


class BitFit(Tuning):
    """Bias terms are trained, those of the norms too; everything else is frozen."""

    kind: ClassVar[str] = "bitfit"
    paper: ClassVar[str] = "https://arxiv.org/abs/2106.10199"
    merges: ClassVar[bool] = True
    rate: ClassVar[float] = 1e-3

    add_biases: bool = Field(
        default=False, description="give linear layers without a bias one of zeros, and train it"
    )

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`; the start is zero or the base's own, so ``seed`` draws nothing."""
        freeze(model)
        if self.add_biases:
            add_zero_biases(model)
        found = biases(model)
        if not found:
            raise BadInput(
                f"{type(model).__name__} has no bias terms, which is all that bitfit trains",
                where="tune.method",
                remedy="give it zero ones with --set bitfit.add_biases=true, or tune with lora of rank 1",
            )
        for each in found.values():
            each.requires_grad_(True)
        return model

    def save(self, model: Any, folder: Path) -> None:
        """See :meth:`Tuning.save`."""
        delta.write(folder, trained(model), kind=self.kind)

    def restore(self, model: Any, folder: Path) -> Any:
        """See :meth:`Tuning.restore`."""
        tensors, _ = delta.read(folder, kind=self.kind)
        model = self.attach(model, seed=0)
        put_back(model, tensors)
        return model.eval()

    def merge(self, model: Any) -> Any:
        """``model`` itself, its configuration telling of the biases that were added.

        Raises:
            BadInput: the architecture cannot be loaded with them.
        """
        if self.add_biases:
            declare_biases(model)
        return model
