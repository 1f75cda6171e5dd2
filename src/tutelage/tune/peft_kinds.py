"""What the kinds share that are PEFT's: wrapping, saving in PEFT's own format, restoring, merging.

The folder that :meth:`PeftTuning.save` writes is a PEFT adapter, which other programs read as it is.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, StoreFailed
from tutelage.models import libraries
from tutelage.tune.modules import seeded
from tutelage.tune.tuning import Tuning

_WEIGHTS = "adapter_model.safetensors"
_CONFIG = "adapter_config.json"


class PeftTuning(Tuning, ABC):
    """A way to tune that is a configuration of PEFT."""

    @abstractmethod
    def config(self, model: Any) -> Any:
        """The configuration for ``model``.

        Raises:
            BadInput: the settings do not fit the model.
        """

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`; the result is a ``PeftModel``."""
        config = self.config(model)
        with seeded(seed, f"tune/{self.kind}"):
            return libraries.peft().get_peft_model(model, config)

    def save(self, model: Any, folder: Path) -> None:
        """See :meth:`Tuning.save`: PEFT's weights and configuration, without the base's path."""
        config = model.peft_config[model.active_adapter]
        config.base_model_name_or_path = ""
        failed = importlib.import_module("safetensors").SafetensorError
        try:
            model.save_pretrained(str(folder), save_embedding_layers=False)
        except (OSError, failed) as error:
            raise StoreFailed(
                f"what was trained cannot be written: {error}",
                where=str(folder),
                remedy="make room on the disk and tune again; it goes on from the last checkpoint",
            ) from error
        # PEFT's card is a form to fill in; the student's own card says what there is to say.
        (folder / "README.md").unlink(missing_ok=True)

    def restore(self, model: Any, folder: Path) -> Any:
        """See :meth:`Tuning.restore`."""
        for name in (_WEIGHTS, _CONFIG):
            if not (folder / name).is_file():
                raise BadInput(
                    f"there is no {name}", where=str(folder), remedy="give a student's delta folder"
                )
        failed = importlib.import_module("safetensors").SafetensorError
        try:
            restored = libraries.peft().PeftModel.from_pretrained(model, str(folder))
        except (OSError, RuntimeError, ValueError, TypeError, failed) as error:
            raise BadInput(
                f"what '{self.kind}' trained does not fit the model: {_first_line(error)}",
                where=str(folder),
                remedy="restore it on the base that it was trained on",
            ) from error
        return restored.eval()

    def merge(self, model: Any) -> Any:
        """See :meth:`Tuning.merge`."""
        if not self.merges:
            return super().merge(model)
        return model.merge_and_unload()


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])
