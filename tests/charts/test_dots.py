import math

from tutelage.charts import Dot, dots


def test_an_interval_spans_its_dot(figure) -> None:
    drawn = figure(dots("t", [Dot("one", 5, 2, 8), Dot("two", 1, series=1)], mark=0, unit="points"))
    drawn.check()
    [line] = drawn.all("polyline")
    (left, y), (right, other) = (map(float, each.split(",")) for each in line.get("points").split())
    assert y == other
    assert left < right
    middle = float(drawn.shapes[0].get("d").split()[0][1:]) + 4.5
    assert abs((left + right) / 2 - middle) < 0.1
    assert "one: 5 (2 to 8)" in drawn.tooltips
    assert "points" in drawn.texts


def test_what_is_no_number_has_a_dash_and_no_dot(figure) -> None:
    drawn = figure(dots("t", [Dot("none", None), Dot("nan", math.nan), Dot("one", 1.0)]))
    drawn.check()
    assert drawn.texts.count("–") == 2
    assert len(drawn.shapes) == 1
    assert "nothing to show" in figure(dots("t", [])).texts


def test_equal_values_have_an_axis(figure) -> None:
    figure(dots("t", [Dot("a", 3.0, 3.0, 3.0)])).check()
    figure(dots("t", [Dot("a", 0.0)])).check()


def test_hostile_labels_stay_labels(figure) -> None:
    figure(dots("<script>", [Dot("<script>\x00\ud83d" + "x" * 5000, 1.0, 0.0, 2.0)])).check()
