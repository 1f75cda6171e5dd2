from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch

from tutelage.errors import BadInput, StoreFailed
from tutelage.tune import delta


def test_what_is_written_is_read(tmp_path: Path) -> None:
    tensors = {"a": torch.arange(6.0).view(2, 3).T, "b": torch.ones(2, dtype=torch.bfloat16)}
    delta.write(tmp_path, tensors, kind="x", about={"seed": "3"})
    read, about = delta.read(tmp_path, kind="x")
    assert about == {"kind": "x", "seed": "3"}
    assert all(
        torch.equal(read[name], each) and read[name].dtype == each.dtype for name, each in tensors.items()
    )
    assert [path.name for path in tmp_path.iterdir()] == [delta.NAME]


def test_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    delta.write(tmp_path, {"a": torch.ones(1)}, kind="x")
    with pytest.raises(BadInput, match="'x' wrote this, not 'y'"):
        delta.read(tmp_path, kind="y")


@pytest.mark.parametrize("cut", [0, 5, 60])
def test_a_damaged_file_is_refused(tmp_path: Path, cut: int) -> None:
    delta.write(tmp_path, {"a": torch.ones(9)}, kind="x")
    path = tmp_path / delta.NAME
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadInput, match="damaged"):
        delta.read(tmp_path, kind="x")


def test_a_full_disk_leaves_the_last_good_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    delta.write(tmp_path, {"a": torch.ones(1)}, kind="x")

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreFailed, match="No space left"):
        delta.write(tmp_path, {"a": torch.zeros(1)}, kind="x")
    assert torch.equal(delta.read(tmp_path, kind="x")[0]["a"], torch.ones(1))
    assert [path.name for path in tmp_path.iterdir()] == [delta.NAME]
