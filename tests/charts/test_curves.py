import math

import pytest

from tutelage.charts import lines


def points(figure_, place: int = 0) -> list[tuple[float, float]]:
    pairs = figure_.all("polyline")[place].get("points").split()
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in pairs)]


def test_a_line_runs_from_left_to_right_and_up(figure) -> None:
    drawn = figure(lines("t", {"x": [(0, 0), (1, 5), (2, 10)]}, across="rank", up="examples"))
    drawn.check()
    (x0, y0), (x1, y1), (x2, y2) = points(drawn)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.02)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.02)
    assert x2 > x0
    assert y2 < y0
    assert {"rank", "examples"} <= set(drawn.texts)


def test_lines_differ_in_dashes_and_have_a_key_at_their_end(figure) -> None:
    drawn = figure(lines("t", {"x": [(0, 1), (1, 2)], "y": [(0, 2), (1, 1)]}))
    assert len({each.get("stroke-dasharray") for each in drawn.all("polyline")}) == 2
    assert drawn.texts.count("A") == drawn.texts.count("B") == 2


def test_logarithms_make_a_power_law_straight(figure) -> None:
    drawn = figure(lines("t", {"x": [(1, 100), (10, 10), (100, 1), (0, 5), (5, -1)]}, log=True))
    first, second, third = points(drawn)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in ((first, second), (second, third))]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-3)
    assert {"1", "10", "100"} <= set(drawn.texts)


def test_what_is_no_number_is_left_out(figure) -> None:
    drawn = figure(lines("t", {"x": [(0, 1), (1, math.nan), (math.inf, 2), (2, 3)], "gone": [(0, math.nan)]}))
    drawn.check()
    assert len(points(drawn)) == 2
    assert len(drawn.all("polyline")) == 1


@pytest.mark.parametrize("told", [[], [(1, 1)], [(1, 5), (2, 5)], [(0, 0)], [(1, -4), (2, -8)]])
def test_poor_data_are_drawn_as_they_are(told, figure) -> None:
    drawn = figure(lines("t", {"x": told}))
    drawn.check()
    assert ("nothing to show" in drawn.texts) == (not told)


def test_any_name_stays_text(hostile, figure) -> None:
    drawn = figure(lines(hostile[0], {name: [(0, 1), (1, 2)] for name in hostile}, across=hostile[1]))
    drawn.check()
    assert len(drawn.all("polyline")) == len(hostile)
