"""The same content is the same model; anything else is another one."""

from __future__ import annotations

import hashlib
import os

from tutelage.models.hashing import file_hash, files_hash, folder_hash


def test_a_file_that_changes_is_read_again(tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"one")
    first = file_hash(file)
    assert first == hashlib.sha256(b"one").hexdigest()
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert file_hash(file) == hashlib.sha256(b"two").hexdigest()


def test_a_folder_is_its_parts_not_its_place_nor_its_card(tmp_path):
    for name in ("a", "b"):
        home = tmp_path / name
        home.mkdir()
        (home / "model.safetensors").write_bytes(b"weights")
        (home / "config.json").write_text("{}")
        (home / "README.md").write_text(name)
    first, second = (folder_hash(tmp_path / name) for name in ("a", "b"))
    assert first == second
    (tmp_path / "b" / "config.json").write_text("{ }")
    assert folder_hash(tmp_path / "b") != first
    (tmp_path / "a" / "model.safetensors").rename(tmp_path / "a" / "other.safetensors")
    assert folder_hash(tmp_path / "a") != first


def test_the_order_of_files_does_not_matter(tmp_path):
    files = [tmp_path / name for name in "xyz"]
    for file in files:
        file.write_text(file.name)
    assert files_hash(tmp_path, files) == files_hash(tmp_path, reversed(files))
