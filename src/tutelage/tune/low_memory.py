"""Full tuning without kept gradients: each weight is updated the moment its gradient is there (LOMO).

Lv, Yang, Liu, Gao, Guo, Qiu, "Full Parameter Fine-tuning for Large Language Models with Limited Resources",
ACL 2024 (arXiv:2306.09782).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from tutelage.tune.tuning import Tuning
from tutelage.tune.whole_model import free, load_whole, save_whole


class LowMemory(Tuning):
    """All parameters are trained by plain SGD inside the backward pass; one gradient exists at a time.

    Memory is that of the weights and activations alone. Every backward pass is an update, so gradients are
    never accumulated, and their common norm, which is known too late, is not clipped: each number is.
    """

    kind: ClassVar[str] = "low-memory"
    paper: ClassVar[str] = "https://arxiv.org/abs/2306.09782"
    merges: ClassVar[bool] = True
    whole: ClassVar[bool] = True
    rate: ClassVar[float] = 1e-2
    accumulates: ClassVar[bool] = False

    clip_value: float = Field(default=1.0, gt=0, description="the largest size of one number of a gradient")

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`; the updates begin with :meth:`optimizer`."""
        return free(model)

    def save(self, model: Any, folder: Path) -> None:
        """See :meth:`Tuning.save`; the folder can be loaded by transformers alone."""
        save_whole(model, folder)

    def restore(self, model: Any, folder: Path) -> Any:
        """See :meth:`Tuning.restore`."""
        return load_whole(model, folder)

    def merge(self, model: Any) -> Any:
        """``model`` itself: it is plain already."""
        return model

    def optimizer(self, model: Any, *, learning_rate: float, weight_decay: float) -> Any:
        """An optimizer whose updates happen during ``backward``; its ``step`` does nothing more."""
        fused = importlib.import_module("tutelage.tune.fused")
        return fused.Fused(model, lr=learning_rate, weight_decay=weight_decay, clip_value=self.clip_value)
