"""Full tuning: every weight is trained, and every weight is saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from tutelage.tune.tuning import Tuning
from tutelage.tune.whole_model import free, load_whole, save_whole


class Full(Tuning):
    """All parameters are trained. The student is a model of its own, as large as its base."""

    kind: ClassVar[str] = "full"
    merges: ClassVar[bool] = True
    whole: ClassVar[bool] = True
    rate: ClassVar[float] = 2e-5

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`; nothing is added, so ``seed`` draws nothing."""
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
