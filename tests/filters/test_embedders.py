"""Embedders: hashing by spelling, a model of a folder, and somebody else's."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.filters.embedders import FolderEmbedder, HashingEmbedder, made
from tutelage.filters.nearest_vectors import cosine, unit


def near(one: str, other: str) -> float:
    first, second = HashingEmbedder().embed([one, other])
    return cosine(unit(first), unit(second))


def test_hashing_sees_spelling_in_both_languages() -> None:
    assert near("sailing ships", "a sailing ship") > 0.6 > near("sailing ships", "brown bread")
    assert near("写一首春天的诗", "写一首秋天的诗") > 0.6 > near("写一首春天的诗", "解释量子力学")
    assert near("the car", "an automobile") < 0.3  # no meaning


class Static:
    """Stands for model2vec's class."""

    @classmethod
    def from_pretrained(cls, folder: str) -> Static:
        if not (Path(folder) / "model.safetensors").exists():
            raise FileNotFoundError("no model.safetensors")
        return cls()

    def encode(self, texts: list[str]) -> list[list[float]]:
        return [[float(len(text)), 1] for text in texts]


def test_a_folder_is_read_by_model2vec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType("model2vec")
    module.StaticModel = Static
    monkeypatch.setitem(sys.modules, "model2vec", module)
    with pytest.raises(BadInput, match="holds no model"):
        FolderEmbedder(tmp_path)
    (tmp_path / "model.safetensors").touch()
    assert made("model2vec", tmp_path).embed(["four"]) == [[4.0, 1.0]]
