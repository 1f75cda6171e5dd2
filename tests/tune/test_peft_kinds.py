from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tuning_laws import QUIET, fresh
from tutelage.errors import BadInput, StoreFailed
from tutelage.tune.lora import LoRA

pytestmark = QUIET


def test_the_folder_holds_an_adapter_of_peft_and_no_path_of_this_machine(tmp_path: Path) -> None:
    tuning = LoRA(rank=4)
    tuning.save(tuning.attach(fresh("llama"), seed=1), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"adapter_config.json", "adapter_model.safetensors"}
    assert json.loads((tmp_path / "adapter_config.json").read_text())["base_model_name_or_path"] == ""


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    tuning = LoRA(rank=4)
    tuning.save(tuning.attach(fresh("llama"), seed=1), tmp_path)
    path = tmp_path / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(BadInput, match="does not fit"):
        tuning.restore(fresh("llama"), tmp_path)


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = LoRA(rank=4)
    model = tuning.attach(fresh("llama"), seed=1)

    def full(*args: Any, **rest: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model, "save_pretrained", full)
    with pytest.raises(StoreFailed, match="No space left"):
        tuning.save(model, tmp_path)
