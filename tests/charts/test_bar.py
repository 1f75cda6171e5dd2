import math

import pytest

from tutelage.charts import bars, percent


def test_bars_are_as_long_as_their_values(figure) -> None:
    drawn = figure(bars("t", ["one", "two"], {"x": [10, 5]}))
    drawn.check()
    long, short = (float(each.get("width")) for each in drawn.shapes)
    assert long == pytest.approx(2 * short, abs=0.01)
    assert drawn.texts == ["one", "10", "two", "5"]


def test_series_stand_side_by_side_with_key_and_figure(figure) -> None:
    drawn = figure(bars("t", ["one"], {"x": [0.5], "y": [0.25]}, show=percent))
    drawn.check()
    assert drawn.texts == ["A", "x", "B", "y", "one", "A 50%", "B 25%"]
    assert "y, one: 25%" in drawn.tooltips
    assert {each.get("class") for each in drawn.shapes} == {"hue1 edge", "hue2 edge"}


def test_a_place_gives_letter_and_colour(figure) -> None:
    drawn = figure(bars("t", ["one"], {"x": [1], "y": [2]}, places=[2, 5]))
    assert drawn.texts[-2:] == ["C 1", "F 2"]
    assert [each.get("class") for each in drawn.shapes[-2:]] == ["hue3 edge", "hue6 edge"]
    assert figure(bars("t", ["one"], {"x": [1]}, places=[1])).texts == ["B", "x", "one", "B 1"]


def test_what_is_no_number_is_a_dash_and_never_a_bar(figure) -> None:
    drawn = figure(bars("t", ["a", "b", "c", "d"], {"x": [None, math.nan, math.inf, -3]}))
    drawn.check()
    assert drawn.texts == ["a", "–", "b", "–", "c", "–", "d", "-3"]
    assert {each.get("width") for each in drawn.shapes} == {"0"}


def test_any_label_and_any_name_stays_text(hostile, figure) -> None:
    values = list(range(len(hostile)))
    drawn = figure(bars(hostile[0], hostile, dict.fromkeys(hostile, values), description=hostile[1]))
    drawn.check()
    assert len(drawn.shapes) == len(hostile) ** 2 + len(hostile)


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert bars("t", ["a"], {"x": [1 / 3]}) == bars("t", ["a"], {"x": [1 / 3]})


def test_nothing_gives_an_empty_figure(figure) -> None:
    figure(bars("t", [], {})).check()
    figure(bars("t", ["a"], {})).check()


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        bars("t", ["a"], {"x": [1, 2]})
