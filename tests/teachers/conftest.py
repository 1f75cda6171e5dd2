"""What tests of teachers share: a model of a few thousand weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiny import tiny_llama


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama's folder, which no test changes; its weights are spread, so that it babbles."""
    return tiny_llama(tmp_path_factory.mktemp("llama"), spread=0.3)
