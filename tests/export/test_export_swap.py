from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from tutelage.errors import BadInput, StoreFailed
from tutelage.export import swap
from tutelage.export.swap import replacing_file, replacing_folder


def ours(name: str) -> bool:
    return name == "ours"


def replace(folder: Path, text: str) -> None:
    with replacing_folder(folder, ours) as new:
        (new / "ours").write_text(text)


@pytest.fixture(params=["exchange", "two renames"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "two renames":
        monkeypatch.setattr(swap, "_exchange", lambda one, other: False)


def stop_half_way(path: Path, error: BaseException) -> None:
    path.write_text("half")
    raise error


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_appears_is_replaced_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    for text in ("one", "two"):
        replace(target, text)
        assert (target / "ours").read_text() == text
    assert names(target.parent) == ["out"]


def test_what_a_person_put_there_is_taken_along(tmp_path: Path) -> None:
    target = tmp_path / "out"
    replace(target, "one")
    (target / "notes").mkdir()
    (target / "notes" / "mine.txt").write_text("keep")
    (target / "link").symlink_to("nowhere")
    replace(target, "two")
    assert names(target) == ["link", "notes", "ours"]
    assert (target / "notes" / "mine.txt").read_text() == "keep"
    assert (target / "ours").read_text() == "two"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x"), BadInput("x")])
def test_an_interrupted_folder_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, error: BaseException
) -> None:
    target = tmp_path / "out"
    replace(target, "one")
    with pytest.raises(type(error)), replacing_folder(target, ours) as new:
        stop_half_way(new / "ours", error)
    assert (target / "ours").read_text() == "one"
    assert names(tmp_path) == ["out"]


def test_a_full_disk_is_told_and_the_old_one_stays(tmp_path: Path) -> None:
    target = tmp_path / "out"
    replace(target, "one")
    with pytest.raises(StoreFailed, match=r"No space left(.|\n)*unharmed"), replacing_folder(target, ours):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert (target / "ours").read_text() == "one"
    assert names(tmp_path) == ["out"]


def test_a_failed_second_rename_puts_the_old_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    replace(target, "one")
    monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    true_rename = Path.rename

    def rename(self: Path, to: Path) -> Path:
        if "partial-" in self.name and "old" not in self.name:
            raise OSError(errno.EIO, "broken")
        return true_rename(self, to)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(StoreFailed, match="broken"):
        replace(target, "two")
    assert (target / "ours").read_text() == "one"
    assert names(tmp_path) == ["out"]


def test_a_place_that_cannot_be_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match=r"(?s)cannot be written.*file"):
        replace(tmp_path / "file" / "out", "x")
    with pytest.raises(BadInput, match="cannot be written"):
        replace(tmp_path / "file", "x")
    assert (tmp_path / "file").read_text() == "x"
    with pytest.raises(BadInput, match="folder"), replacing_file(tmp_path):
        pass


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "rows.jsonl"
    with replacing_file(target) as new:
        new.write_text("one")
    with pytest.raises(KeyboardInterrupt), replacing_file(target) as new:
        stop_half_way(new, KeyboardInterrupt())
    assert target.read_text() == "one"
    assert names(target.parent) == ["rows.jsonl"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "true").mkdir()
    (tmp_path / "link").symlink_to("true")
    replace(tmp_path / "link", "one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "true" / "ours").read_text() == "one"


def test_copies_abandoned_long_ago_are_cleared_and_young_ones_stay(tmp_path: Path) -> None:
    old, young = tmp_path / ".out[1].partial-aa", tmp_path / ".out[1].partial-bb"
    for folder in (old, young):
        folder.mkdir()
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    replace(tmp_path / "out[1]", "x")
    assert names(tmp_path) == [".out[1].partial-bb", "out[1]"]
