from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tutelage.errors import StoreFailed
from tutelage.tune.curve import FILE, PICTURE, Curve, picture


def _points(count: int) -> list[dict[str, float]]:
    return [{"step": step, "epoch": step / 10, "loss": 5 / step} for step in range(1, count + 1)]


def test_points_are_appended_at_once_and_put_in_order_at_the_end(tmp_path: Path):
    curve = Curve(tmp_path)
    for point in _points(3):
        curve.add(point)
    assert [json.loads(line) for line in (tmp_path / FILE).read_text().splitlines()] == _points(3)
    gone_on = Curve(tmp_path, _points(2))
    gone_on.write()
    gone_on.add(_points(3)[2])
    assert [json.loads(line) for line in (tmp_path / FILE).read_text().splitlines()] == _points(3)


@pytest.mark.parametrize("count", [0, 1, 5, 40, 3000])
def test_the_picture_is_svg_with_the_held_out_loss(tmp_path: Path, count: int):
    held_out = [{"step": 0, "epoch": 0.0, "held_out_loss": 4.0}, {"step": count, "held_out_loss": 3.0}]
    curve = Curve(tmp_path, [*_points(count), *held_out])
    curve.draw("Loss of a student")
    text = (tmp_path / PICTURE).read_text("utf-8")
    ElementTree.fromstring(text)
    assert "Loss of a student" in text
    assert len(text) < 100_000


def test_many_updates_are_smoothed_and_that_is_said():
    assert "mean of 5 updates" in picture(_points(100), "Loss")
    assert "mean of" not in picture(_points(10), "Loss")


def test_a_full_disk_is_told(tmp_path: Path):
    with pytest.raises(StoreFailed, match="curve"):
        Curve(tmp_path / "gone").add({"step": 1, "loss": 1.0})
