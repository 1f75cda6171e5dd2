"""Rows with pictures: what is read, and which paths are refused."""

from __future__ import annotations

import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.scenes import Scene, Thing, read_scenes

DOG = {"category": "dog", "bbox": [0.25, 0.5, 0.5, 1]}


def png(path: Path) -> None:
    """A picture of 8 × 8 grey points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    lines = zlib.compress((b"\0" + bytes(8)) * 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    )


def rows(folder: Path, *given: dict[str, Any]) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in given), "utf-8")
    return file


def test_three_rows_are_read_in_either_naming(tmp_path: Path) -> None:
    for name in ("a.png", "deep/b.png", "c.png"):
        png(tmp_path / name)
    file = rows(
        tmp_path,
        {"image": "a.png", "captions": ["A dog.", " "], "boxes": [DOG], "licence": "cc-by-4.0"},
        {"image": "deep/b.png", "captions": "只有一句说明。"},
        {"id": 7, "image": "c.png", "instances": [DOG, DOG]},
        {"image": "c.png", "captions": None, "instances": [DOG, DOG]},
    )
    dog = Thing("dog", (0.25, 0.5, 0.5, 1.0))
    assert read_scenes(file) == [
        Scene("a.png", ("A dog.",), (dog,), "cc-by-4.0"),
        Scene("deep/b.png", ("只有一句说明。",), ()),
        Scene("c.png", (), (dog, dog)),
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"captions": ["A."]}, "'image' must be the path of a picture"),
        ({"image": 3, "captions": ["A."]}, "'image' must be the path"),
        ({"image": "../a.png", "captions": ["A."]}, "relative path inside the folder"),
        ({"image": "x/../../a.png", "captions": ["A."]}, "relative path inside the folder"),
        ({"image": "/etc/hostname", "captions": ["A."]}, "relative path inside the folder"),
        ({"image": "https://a.example/a.png", "captions": ["A."]}, "relative path inside the folder"),
        ({"image": "file:///a.png", "captions": ["A."]}, "relative path inside the folder"),
        ({"image": "data:image/png;base64,AA", "captions": ["A."]}, "relative path inside the folder"),
        ({"image": "x\\a.png", "captions": ["A."]}, "relative path inside the folder"),
        ({"image": "b.png", "captions": ["A."]}, "there is no image 'b.png'"),
        ({"image": ".", "captions": ["A."]}, "there is no image"),
        ({"image": "a.png"}, "neither captions nor boxes"),
        ({"image": "a.png", "captions": [" "], "boxes": []}, "neither captions nor boxes"),
        ({"image": "a.png", "captions": [3]}, "'captions' must be a list of texts"),
        ({"image": "a.png", "boxes": {"dog": 1}}, "'boxes' must be a list"),
        ({"image": "a.png", "boxes": [{"bbox": [0, 0, 1, 1]}]}, "boxes[0]"),
        ({"image": "a.png", "boxes": [{"category": "dog", "bbox": [0, 0, 1]}]}, "boxes[0].bbox"),
        ({"image": "a.png", "boxes": [{"category": "dog", "bbox": [10, 10, 90, 90]}]}, "from 0 to 1"),
        ({"image": "a.png", "boxes": [{"category": "dog", "bbox": [0.5, 0, 0.2, 1]}]}, "in this order"),
        ({"image": "a.png", "instances": [DOG, {"category": "x", "bbox": "0011"}]}, "instances[1].bbox"),
    ],
)
def test_a_row_at_fault_is_named(tmp_path: Path, row: dict[str, Any], told: str) -> None:
    png(tmp_path / "a.png")
    file = rows(tmp_path, {"image": "a.png", "captions": ["Fine."]}, row)
    with pytest.raises(BadInput) as error:
        read_scenes(file)
    assert told in str(error.value)
    assert "rows.jsonl:2" in error.value.where


def test_a_link_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    png(tmp_path / "outside.png")
    (tmp_path / "in").mkdir()
    os.symlink(tmp_path / "outside.png", tmp_path / "in" / "a.png")
    file = rows(tmp_path / "in", {"image": "a.png", "captions": ["A."]})
    for check in (True, False):
        with pytest.raises(BadInput, match="leads out of it"):
            read_scenes(file, check_files=check)


def test_a_missing_image_is_allowed_where_nobody_looks(tmp_path: Path) -> None:
    file = rows(tmp_path, {"image": "b.png", "captions": ["A."]})
    assert [scene.image for scene in read_scenes(file, check_files=False)] == ["b.png"]


@given(x=st.integers(0, 99), y=st.integers(0, 99), w=st.integers(1, 100), h=st.integers(1, 100))
def test_a_place_in_words_fits_the_centre(x: int, y: int, w: int, h: int) -> None:
    thing = Thing("dog", (x / 100, y / 100, min(x + w, 100) / 100, min(y + h, 100) / 100))
    centre = (thing.bbox[0] + thing.bbox[2]) / 2
    assert thing.side == ("left" if centre * 3 < 1 else "middle" if centre * 3 < 2 else "right")
    assert thing.height in ("top", "middle", "bottom")
    assert Scene.from_dict(Scene("a.png", ("A.",), (thing,)).as_dict()).things == (thing,)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("Two dogs play.", True),
        ("There is a BEACH!", True),
        ("How do I prepare for the marathon?", False),
        ("What is that and who are they?", False),
        ("海边有人。", True),
        ("马拉松怎么准备？", False),
        ("", False),
    ],
)
def test_a_text_about_something_else_shares_no_word(text: str, shares: bool) -> None:
    scene = Scene("a.png", ("The girl is on that beach.", "海边的女孩"), (Thing("dog", (0, 0, 1, 1)),))
    assert scene.shares_a_word(text) is shares


def test_the_same_box_in_words_and_numbers() -> None:
    thing = Thing("dog", (0.0, 0.7, 0.1, 0.8))
    assert (thing.side, thing.height, thing.size) == ("left", "bottom", "small")
    assert thing.box == "0.00, 0.70, 0.10, 0.80"
    assert Thing("sky", (0, 0, 1, 0.5)).size == "large"
