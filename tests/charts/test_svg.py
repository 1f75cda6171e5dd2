import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.charts.palette import STYLE
from tutelage.charts.svg import (
    FONT,
    Drawing,
    clean,
    escaped,
    inline,
    number,
    percent,
    room,
    rounded,
    shortened,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"), (12345, "12,345"), (0.7, "0.7"), (0.1234, "0.123"), (1234.56, "1,235"), (-2.5, "-2.5"),
        (1e-9, "1.00e-09"), (0.0004567, "0.000457"), (None, "–"), (math.nan, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_a_reader(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_shares_are_written_in_per_cent() -> None:
    assert [percent(each) for each in (0, 0.125, 1, None, math.nan)] == ["0%", "12.5%", "100%", "–", "–"]


@given(st.text(st.characters(), max_size=200), st.floats(10, 300))
def test_a_shortened_text_fits_and_is_a_beginning(text: str, width: float) -> None:
    short = shortened(text, width)
    assert room(short) <= max(width, 2.1 * FONT)
    line = " ".join(re.sub("[\u202a-\u202e\u2066-\u2069]", "", clean(text)).split())
    assert short == line or line.startswith(short.removesuffix("…"))


def test_a_text_that_fits_is_left_alone() -> None:
    assert shortened("write poem", 200) == "write poem"
    assert shortened("诗" * 10, 10 * FONT) == "诗" * 10
    assert shortened("诗" * 11, 10 * FONT) == "诗" * 9 + "…"


@given(st.text(st.characters(), max_size=300))
def test_whatever_is_escaped_can_stand_in_an_attribute(text: str) -> None:
    markup = escaped(text)
    markup.encode("utf-8")
    assert not set("<>\"'") & set(markup)


@given(st.floats(-1e6, 1e6))
def test_coordinates_are_plain_and_close(value: float) -> None:
    text = rounded(value)
    assert abs(float(text) - value) <= 0.0051
    assert text != "-0"
    assert len(text.partition(".")[2]) <= 2


def test_a_drawing_tells_its_name_and_what_was_cut(hostile, figure) -> None:
    for label in hostile:
        drawing = Drawing(f"Title {label}", f"Description {label}")
        drawing.text(0, 20, label, width=60)
        drawn = figure(drawing.finish(40))
        drawn.check()
        assert drawn.root[0].text.startswith("Title ")
        assert drawn.texts[0] == shortened(label, 60)
        if drawn.texts[0] != label:
            assert drawn.tooltips[0][:900] == clean(label).replace("\r", "\n")[:900]


def test_a_figure_in_a_page_brings_no_style_of_its_own() -> None:
    svg = Drawing("t").finish(10)
    assert STYLE in svg
    assert STYLE not in inline(svg)
    assert "<style" not in inline(svg)
