"""Models of the hub: a small library stands in for the network."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import errors

from tutelage.errors import MissingExtra, TeacherRefused
from tutelage.models import hub


def answer(monkeypatch, what) -> list:
    asked = []

    def snapshot_download(repository, **rest):
        asked.append((repository, rest))
        if isinstance(what, BaseException):
            raise what
        return what

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return asked


def response(cls):
    """An error as the library raises it, without the answer of a server that it wants."""
    error = cls.__new__(cls)
    Exception.__init__(error, "404 from the server")
    return error


def test_weights_are_fetched_as_safetensors_only(monkeypatch, tmp_path):
    asked = answer(monkeypatch, str(tmp_path))
    assert hub.fetched("org/name") == Path(tmp_path)
    assert asked[0][0] == "org/name"
    assert "*.bin" not in asked[0][1]["allow_patterns"]


@pytest.mark.parametrize(
    ("error", "match"),
    [
        (response(errors.GatedRepoError), "has not let you in"),
        (response(errors.RepositoryNotFoundError), "no such repository"),
        (OSError("connection refused"), "connection refused"),
        (errors.LocalEntryNotFoundError("not cached"), "not cached"),
    ],
)
def test_what_fails_is_told_with_what_to_do(monkeypatch, error, match):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    answer(monkeypatch, error)
    with pytest.raises(TeacherRefused, match=match) as caught:
        hub.fetched("org/name")
    assert caught.value.where == "org/name"
    assert "give its folder" in caught.value.remedy


def test_offline_the_library_itself_refuses_and_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(TeacherRefused, match="this machine is offline"):
        hub.fetched("tutelage-tests/no-such-model")


def test_without_the_package_the_command_is_named(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(hub.importlib, "import_module", absent)
    with pytest.raises(MissingExtra, match=r"tutelage\[tune\]"):
        hub.fetched("org/name")
