import math
import re

import pytest

from tutelage.charts import Branch, sunburst

BRANCHES = [Branch("write", 60, (("poem", 30), ("story", 20))), Branch("explain", 40, (("idea", 40),))]


def test_pieces_are_as_wide_as_their_weights(figure) -> None:
    drawn = figure(sunburst("t", BRANCHES, width=200))
    drawn.check()
    assert len(drawn.shapes) == 5
    start, end = re.match(r"M(\S+ \S+?)A\S+ \S+ 0 [01] 1 (.*?)L", drawn.shapes[0].get("d")).groups()

    def turn(point: str) -> float:
        x, y = map(float, point.split())
        return math.atan2(x - 100, 100 - y) / (2 * math.pi) % 1

    assert turn(start) == pytest.approx(0, abs=1e-3)
    assert turn(end) == pytest.approx(0.6, abs=1e-3)


def test_every_piece_is_told(figure) -> None:
    drawn = figure(sunburst("t", BRANCHES))
    assert drawn.texts == ["write", "poem", "story", "explain", "idea"]
    assert "write poem: 30 (30%)" in drawn.tooltips
    assert "explain: 40 (40%)" in drawn.tooltips


def test_a_narrow_piece_has_its_label_in_the_tooltip_alone(figure) -> None:
    drawn = figure(sunburst("t", [Branch("broad", 9999), Branch("narrow", 1)]))
    assert drawn.texts == ["broad"]
    assert "narrow: 1 (<0.1%)" in drawn.tooltips


def test_a_whole_turn_is_drawn(figure) -> None:
    drawn = figure(sunburst("t", [Branch("all", 5, (("of it", 5),))]))
    for shape in drawn.shapes:
        points = re.split(r"[MLZ]|A\S+ \S+ 0 [01] [01] ", shape.get("d"))
        assert len({each for each in points if each}) == 4
    assert len(drawn.shapes) == 2


def test_labels_stand_upright_on_both_sides(figure) -> None:
    drawn = figure(sunburst("t", [Branch(str(place), 1) for place in range(16)]))
    angles = [
        float(re.search(r"rotate\((\S+)", each.get("transform")).group(1)) for each in drawn.all("text")
    ]
    assert all(-90 <= angle <= 90 for angle in angles)


def test_any_label_stays_text(hostile, figure) -> None:
    drawn = figure(sunburst("t", [Branch(name, 3, ((name, 2),)) for name in hostile]))
    drawn.check()
    assert len(drawn.shapes) == 2 * len(hostile)


def test_nothing_says_so(figure) -> None:
    assert figure(sunburst("t", [])).texts == ["nothing to show"]
    assert figure(sunburst("t", [Branch("none", 0)])).texts == ["nothing to show"]


def test_parts_that_outweigh_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="'write' weigh more than 1"):
        sunburst("t", [Branch("write", 1, (("poem", 2),))])
