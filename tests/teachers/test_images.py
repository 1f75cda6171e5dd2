"""Pictures in a conversation."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tutelage.records import Message
from tutelage.teachers.images import is_url, pieces, read
from tutelage.teachers.teacher import CallTrouble


def test_markers_are_replaced_in_order_and_spare_images_come_first() -> None:
    message = Message("user", "Compare <image> with <image>.", ("0.png", "1.png", "2.png"))
    assert pieces(message) == [
        ("image", "0.png"),
        ("text", "Compare "),
        ("image", "1.png"),
        ("text", " with "),
        ("image", "2.png"),
        ("text", "."),
    ]


def test_a_marker_without_an_image_stays_text() -> None:
    assert ("text", "<image>") in pieces(Message("user", "See <image>"))


def test_a_file_is_read_and_what_is_no_picture_costs_one_call(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"png")
    assert read(str(path)) == ("image/png", base64.b64encode(b"png").decode())
    with pytest.raises(CallTrouble, match="not a picture"):
        read(str(tmp_path / "a.txt"))
    with pytest.raises(CallTrouble, match="cannot read"):
        read(str(tmp_path / "none.png"))
    assert is_url("https://x/y.png")
    assert not is_url("y.png")
