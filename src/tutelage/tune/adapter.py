"""Adapters: a small bottleneck after the attention and after the feed-forward part of every layer.

Houlsby et al., "Parameter-Efficient Transfer Learning for NLP", ICML 2019 (arXiv:1902.00751).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.errors import BadInput
from tutelage.tune import delta
from tutelage.tune.modules import blocks, freeze, put_back, seeded, trained
from tutelage.tune.tuning import Tuning


class Adapter(Tuning):
    """Two bottlenecks a layer are trained; the base is frozen. The start is the base's own output."""

    kind: ClassVar[str] = "adapter"
    paper: ClassVar[str] = "https://arxiv.org/abs/1902.00751"
    merges: ClassVar[bool] = False
    rate: ClassVar[float] = 1e-3

    size: int = Field(default=64, ge=1, description="width of the bottleneck")
    activation: Literal["gelu", "relu", "silu", "tanh"] = "gelu"
    dropout: float = Field(default=0.0, ge=0, lt=1)
    after: Literal["both", "attention", "feed_forward"] = Field(
        default="both", description="where bottlenecks stand: after which part of a layer"
    )

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`.

        Raises:
            BadInput: the layers or their parts cannot be found, or the bottleneck is wider than the model.
        """
        bottleneck = importlib.import_module("tutelage.tune.bottleneck")
        width = int(model.get_input_embeddings().weight.shape[1])
        if self.size > width:
            raise BadInput(
                f"a bottleneck of {self.size} is wider than the model, which has {width}",
                where="tune.method.size",
                remedy=f"give at most {width}",
            )
        places = self._places(model)
        freeze(model)
        with seeded(seed, "tune/adapter"):
            for part in places:
                bottleneck.place(part, bottleneck.Bottleneck(width, self.size, self.activation, self.dropout))
        return model

    def _places(self, model: Any) -> list[Any]:
        found = blocks(model)
        attention = [each.attention for each in found] if self.after != "feed_forward" else []
        feed_forward = [each.feed_forward for each in found] if self.after != "attention" else []
        return [*attention, *feed_forward]

    def save(self, model: Any, folder: Path) -> None:
        """See :meth:`Tuning.save`."""
        delta.write(folder, trained(model), kind=self.kind)

    def restore(self, model: Any, folder: Path) -> Any:
        """See :meth:`Tuning.restore`."""
        tensors, _ = delta.read(folder, kind=self.kind)
        model = self.attach(model, seed=0)
        put_back(model, tensors)
        return model.eval()
