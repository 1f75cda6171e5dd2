"""One thread, and a tiny base that no test changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tiny import tiny_llama

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama's folder."""
    return tiny_llama(tmp_path_factory.mktemp("base"))
