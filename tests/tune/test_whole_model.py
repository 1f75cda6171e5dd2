from __future__ import annotations

from pathlib import Path

import pytest

from tiny import tiny_llama
from tuning_laws import fresh
from tutelage.errors import BadInput, StoreFailed
from tutelage.tune.qlora import QLoRA
from tutelage.tune.whole_model import free, load_whole, save_whole


def test_a_quantised_model_cannot_be_freed() -> None:
    with pytest.raises(BadInput, match="quantised"):
        free(fresh("llama", QLoRA()))


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    wider = tiny_llama(tmp_path, width=64)
    with pytest.raises(BadInput, match="does not fit: the base has"):
        load_whole(fresh("llama"), wider)


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = fresh("llama")

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model, "save_pretrained", full)
    with pytest.raises(StoreFailed, match="No space left"):
        save_whole(model, tmp_path)
