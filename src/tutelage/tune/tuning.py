"""The contract of a way to tune: what it adds to a loaded model, what it trains, and what it leaves behind.

    model = tuning.attach(base, seed=…)     only what it trains has requires_grad
    tuning.save(model, folder)              what was trained, and nothing else
    model = tuning.restore(base, folder)    on a fresh copy of the same base: the same logits
    model = tuning.merge(model)             a plain model without additions, where ``merges``

Models are torch modules of transformers. Modules of this room import torch only where they need it, so that
kinds can be listed, described and validated without the ``tune`` extra.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from tutelage.errors import BadInput
from tutelage.plugins import Kind


class Tuning(Kind, ABC):
    """The settings of one way to tune.

    ``merges`` says that the result folds into the base's own weights, which is what GGUF needs, so ``served``
    says that llama.cpp can serve it. ``whole`` says that all weights are saved, because all may have changed.
    ``rate`` is the learning rate where a recipe names none. ``accumulates`` is false where every backward
    pass is an update, so that an update's examples must fit one micro-batch. ``recomputes`` is false where
    activations cannot be computed again in the backward pass (gradient checkpointing).
    """

    merges: ClassVar[bool]
    whole: ClassVar[bool] = False
    rate: ClassVar[float]
    accumulates: ClassVar[bool] = True
    recomputes: ClassVar[bool] = True

    @property
    def served(self) -> bool:
        """Whether a student of this kind can become a GGUF file."""
        return self.merges or self.whole

    def loading(self) -> Mapping[str, Any]:
        """Further arguments for ``from_pretrained`` when the base is loaded (a quantisation)."""
        return {}

    @abstractmethod
    def attach(self, model: Any, *, seed: int) -> Any:
        """``model`` made ready for training: everything else frozen, what is trained added or freed.

        Raises:
            BadInput: the model has nothing of what this way trains; names what there is.
        """

    @abstractmethod
    def save(self, model: Any, folder: Path) -> None:
        """Write what was trained into ``folder``, which exists, as safetensors."""

    @abstractmethod
    def restore(self, model: Any, folder: Path) -> Any:
        """A fresh base with what :meth:`save` wrote attached, in evaluation mode.

        Raises:
            BadInput: the folder holds no such thing, or it does not fit the model.
        """

    def merge(self, model: Any) -> Any:
        """A plain model with the same logits; ``model`` is used up.

        Raises:
            BadInput: this way does not merge.
        """
        raise BadInput(
            f"what '{self.kind}' trains cannot be merged into the base's weights",
            where="tune.method",
            remedy="keep the student's folder (it serves as a teacher of kind hf), or tune with lora or full",
        )

    def optimizer(self, model: Any, *, learning_rate: float, weight_decay: float) -> Any | None:
        """An optimizer of its own, or ``None`` for the trainer's AdamW."""
        return None
