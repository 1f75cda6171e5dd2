from __future__ import annotations

import pytest

from tutelage.errors import BadInput
from tutelage.tune import reporting


def test_what_is_absent_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reporting, "find_spec", lambda name: None)
    reporting.check(())
    with pytest.raises(BadInput, match="'wandb'") as error:
        reporting.check(("wandb",))
    assert "pip install wandb" in error.value.remedy


def test_what_is_there_is_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reporting, "find_spec", lambda name: name == "tensorboardX" or None)
    reporting.check(("tensorboard",))
