from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from tutelage.errors import StoreFailed
from tutelage.tune import checkpoints
from tutelage.tune.checkpoints import MARK, RESUME, found, newest, prune, strip, write


def _fill(partial: Path) -> None:
    (partial / RESUME).mkdir()
    (partial / RESUME / "optimizer.pt").write_bytes(b"o" * 100)
    (partial / "weights").write_bytes(b"w" * 100)


def test_a_checkpoint_is_found_with_its_state(tmp_path: Path):
    write(tmp_path, 3, _fill, {"planned": True})
    assert [(each.step, each.state["planned"]) for each in found(tmp_path)] == [(3, True)]
    assert newest(tmp_path).folder == tmp_path / "step-000003"


def test_only_the_newest_can_be_gone_on_from(tmp_path: Path):
    for step in (1, 2, 10):
        write(tmp_path, step, _fill, {})
    assert [each.step for each in found(tmp_path)] == [1, 2, 10]
    assert [each.resumable for each in found(tmp_path)] == [False, False, True]
    strip(tmp_path)
    assert newest(tmp_path) is None
    assert len(found(tmp_path)) == 3


@pytest.mark.parametrize("name", [MARK, "weights", f"{RESUME}/optimizer.pt", "state.json"])
def test_a_checkpoint_that_lacks_a_file_is_passed_over(tmp_path: Path, name: str):
    write(tmp_path, 1, _fill, {})
    (tmp_path / "step-000001" / name).unlink()
    assert found(tmp_path) == []


@pytest.mark.parametrize("name", ["weights", f"{RESUME}/optimizer.pt", "state.json", MARK])
def test_a_checkpoint_with_a_shortened_file_is_passed_over(tmp_path: Path, name: str):
    write(tmp_path, 1, _fill, {})
    file = tmp_path / "step-000001" / name
    file.write_bytes(file.read_bytes()[:-5])
    assert found(tmp_path) == []


def test_an_unfinished_one_is_never_used_and_is_cleared(tmp_path: Path):
    write(tmp_path, 1, _fill, {})
    left = tmp_path / "step-000002.partial"
    left.mkdir()
    _fill(left)
    (left / MARK).write_text("{}")
    assert [each.step for each in found(tmp_path)] == [1]
    prune(tmp_path, {1})
    assert not left.exists()
    assert newest(tmp_path).step == 1


@pytest.mark.parametrize(
    "raised",
    [
        OSError(errno.ENOSPC, "no room"),
        RuntimeError("write failed"),
        Exception("No space left on device (os error 28)"),  # so says tokenizers
    ],
)
def test_a_full_disk_is_told_and_the_last_good_one_stays(tmp_path: Path, raised: Exception):
    write(tmp_path, 1, _fill, {})

    def full(partial: Path) -> None:
        (partial / "weights").write_bytes(b"w")
        raise raised

    with pytest.raises(StoreFailed, match="cannot be written") as told:
        write(tmp_path, 2, full, {})
    assert "last good checkpoint" in told.value.remedy
    assert newest(tmp_path).step == 1
    assert not list(tmp_path.glob("*.partial"))


def test_what_the_disk_is_not_to_blame_for_is_not_put_on_it(tmp_path: Path):
    def wrong(partial: Path) -> None:
        raise KeyError("nothing of that name")

    with pytest.raises(KeyError, match="nothing of that name"):
        write(tmp_path, 1, wrong, {})


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_whenever_the_disk_stops_the_last_good_one_can_be_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
):
    write(tmp_path, 1, _fill, {})
    real, calls = checkpoints.to_disk, [0]

    def dying(path: Path) -> None:
        calls[0] += 1
        if calls[0] == dies_at:
            raise OSError(errno.EIO, "Input/output error")
        real(path)

    monkeypatch.setattr(checkpoints, "to_disk", dying)
    try:
        write(tmp_path, 2, _fill, {})
    except StoreFailed:
        monkeypatch.setattr(checkpoints, "to_disk", real)
    last = newest(tmp_path)
    assert last is not None
    sizes = json.loads((last.folder / MARK).read_text())
    assert all((last.folder / name).stat().st_size == size for name, size in sizes.items())
