from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.errors import BadInput, RunLocked, StoreFailed
from tutelage.tune import outfolder
from tutelage.tune.outfolder import alone, begin, changes, clear, read_json, write_json


def test_a_folder_is_bound_to_what_it_was_begun_with(tmp_path: Path):
    begin(tmp_path, {"seed": 1, "method": {"kind": "lora", "rank": 16}})
    begin(tmp_path, {"seed": 1, "method": {"kind": "lora", "rank": 16}})
    with pytest.raises(BadInput, match="seed 1 → 2") as error:
        begin(tmp_path, {"seed": 2, "method": {"kind": "lora", "rank": 16}})
    assert "--fresh" in error.value.remedy


def test_changes_are_named_to_the_inmost_key():
    assert changes({"a": {"b": 1, "c": 2}, "d": 1}, {"a": {"b": 1, "c": 3}, "e": 1}) == [
        "a.c 2 → 3",
        "d 1 → null",
        "e null → 1",
    ]


def test_a_student_of_another_making_is_not_written_over(tmp_path: Path):
    (tmp_path / "student.json").write_text("{}")
    with pytest.raises(BadInput, match="not begun here"):
        begin(tmp_path, {})


def test_starting_anew_removes_what_is_ours_and_nothing_else(tmp_path: Path):
    begin(tmp_path, {"seed": 1})
    (tmp_path / "delta").mkdir()
    (tmp_path / "mine.txt").write_text("keep")
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    begin(tmp_path, {"seed": 2})


def test_one_process_at_a_time(tmp_path: Path):
    with alone(tmp_path / "out"), pytest.raises(RunLocked), alone(tmp_path / "out"):
        pass
    with alone(tmp_path / "out"):
        pass


def test_a_place_that_is_no_folder_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="this is a file"), alone(tmp_path / "file"):
        pass
    for place in (tmp_path / "file" / "out", Path("/proc/x/y")):
        with pytest.raises(BadInput, match="this place cannot be written to"), alone(place):
            pass


@pytest.mark.parametrize("out", ["base", "base/inner", ".", "linked"])
def test_a_base_is_never_written_into(tmp_path: Path, out: str):
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_text("{}")
    (tmp_path / "linked").symlink_to(base)
    with pytest.raises(BadInput, match="over the base"), alone(tmp_path / out, base):
        pass
    assert [path.name for path in base.iterdir()] == ["config.json"]
    with alone(tmp_path / "base-1", base):
        pass


@pytest.mark.parametrize("name", ["README.md", "model/config.json", "checkpoints/mine", ".hidden", "a.gguf"])
def test_a_folder_of_other_things_is_left_as_it_is(tmp_path: Path, name: str):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    with pytest.raises(BadInput, match="holds other things"), alone(tmp_path):
        pass
    clear(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


def test_what_began_nothing_leaves_nothing(tmp_path: Path):
    with alone(tmp_path / "a" / "out"):
        assert (tmp_path / "a" / "out").is_dir()
    assert not list(tmp_path.iterdir())
    with alone(tmp_path / "out"):
        begin(tmp_path / "out", {})
    assert (tmp_path / "out" / outfolder.BEGUN).is_file()
    with alone(tmp_path / "out"):
        begin(tmp_path / "out", {"seed": 1}, fresh=True)
    assert read_json(tmp_path / "out" / outfolder.BEGUN) == {"seed": 1}


def test_another_method_stands_for_its_settings():
    old = {"batch": 8, "method": {"kind": "lora", "alpha": 32, "rank": 16}}
    new = {"batch": 4, "method": {"kind": "ia3", "targets": []}}
    assert changes(old, new) == ['method.kind "lora" → "ia3"', "batch 8 → 4"]


def test_a_full_disk_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_json(tmp_path / "a.json", {"old": 1})

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outfolder, "to_disk", full)
    with pytest.raises(StoreFailed, match="No space left"):
        write_json(tmp_path / "a.json", {"new": 1})
    assert read_json(tmp_path / "a.json") == {"old": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_damaged_file_is_told(tmp_path: Path):
    (tmp_path / outfolder.BEGUN).write_text("{")
    with pytest.raises(BadInput, match="cannot be read"):
        begin(tmp_path, {})
