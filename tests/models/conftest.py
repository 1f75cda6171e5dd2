"""Models of a few thousand weights, and one thread: two on busy cores are many times slower."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tiny import tiny_gpt2, tiny_llama

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama's folder, which no test changes; its weights are spread, so that it babbles."""
    return tiny_llama(tmp_path_factory.mktemp("llama"), spread=0.3)


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny GPT-2's folder, without a chat template, which no test changes."""
    return tiny_gpt2(tmp_path_factory.mktemp("gpt2"))
