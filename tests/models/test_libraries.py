"""The heavy packages: there, or told with what to install."""

from __future__ import annotations

import pytest

from tutelage.errors import MissingExtra
from tutelage.models import libraries

NAMES = ("torch", "transformers", "peft", "trl", "datasets", "safetensors_torch", "gguf")


@pytest.mark.parametrize("name", NAMES)
def test_an_absent_package_is_named_with_what_installs_it(name, monkeypatch):
    def absent(wanted):
        raise ModuleNotFoundError(f"No module named {wanted!r}", name=wanted)

    monkeypatch.setattr(libraries.importlib, "import_module", absent)
    with pytest.raises(MissingExtra, match=rf"'{name.partition('_')[0]}'") as caught:
        getattr(libraries, name)()
    assert 'pip install "tutelage[tune]"' in str(caught.value)


def test_a_part_that_a_package_needs_is_the_one_that_is_named(monkeypatch):
    def broken(wanted):
        raise ModuleNotFoundError("No module named 'tokenizers.models'", name="tokenizers.models")

    monkeypatch.setattr(libraries.importlib, "import_module", broken)
    with pytest.raises(MissingExtra, match="'tokenizers'"):
        libraries.transformers()


def test_what_is_there_comes():
    assert libraries.torch().__name__ == "torch"
    assert callable(libraries.safetensors_torch().save_file)
