from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.charts import histogram


@dataclass(frozen=True)
class Counted:
    edges: tuple[float, ...]
    counts: tuple[int, ...]


def test_inputs_of_different_sizes_have_equal_heights_for_equal_shares(figure) -> None:
    drawn = figure(histogram("t", {"a": Counted((0, 1, 2), (10, 30)), "b": Counted((0, 1, 2), (1, 3))}))
    drawn.check()
    heights = [float(each.get("height")) for each in drawn.shapes]
    assert heights[:2] == pytest.approx(heights[2:])
    assert heights[1] == pytest.approx(3 * heights[0], abs=0.05)


def test_panels_share_one_axis(figure) -> None:
    drawn = figure(histogram("t", {"a": Counted((0, 10), (4,)), "b": Counted((10, 20), (4,))}, unit="words"))
    first, second = drawn.shapes
    assert float(first.get("x")) + float(first.get("width")) == pytest.approx(
        float(second.get("x")), abs=0.02
    )
    assert drawn.texts[-1] == "words"
    assert "10 to 20: 4" in drawn.tooltips


def test_wide_bins_are_no_taller_for_being_wide(figure) -> None:
    drawn = figure(histogram("t", {"a": Counted((0, 1, 3), (5, 10))}))
    assert drawn.shapes[0].get("height") == drawn.shapes[1].get("height")


def test_marks_are_told_where_there_is_a_value(figure) -> None:
    counted = {"a": Counted((0, 1), (3,)), "b": Counted((0, 1), (3,))}
    marks = {"a": {"mean": 0.25, "least": None}, "b": {"mean": 7.0}}
    drawn = figure(histogram("t", counted, marks=marks))
    assert [text for text in drawn.texts if "mean" in text] == ["mean 0.25"]


def test_an_input_without_values_says_so(figure) -> None:
    drawn = figure(histogram("t", {"a": Counted((0, 1), (3,)), "b": Counted((), ())}))
    drawn.check()
    assert "no values" in drawn.texts
    assert figure(histogram("t", {"b": Counted((), ())})).texts == ["nothing to show"]
    assert figure(histogram("t", {})).texts == ["nothing to show"]


def test_any_name_stays_text(hostile, figure) -> None:
    drawn = figure(histogram("t", {name: Counted((0, 1), (3,)) for name in hostile}, unit=hostile[0]))
    drawn.check()
    assert len(drawn.shapes) == len(hostile)


@given(st.lists(st.tuples(st.floats(1e-3, 1e6), st.integers(0, 10**9)), max_size=30))
def test_any_counts_can_be_drawn(bins: list[tuple[float, int]]) -> None:
    edges = [0.0]
    for width, _ in bins:
        edges.append(edges[-1] + width)
    svg = histogram("t", {"a": Counted(tuple(edges) if bins else (), tuple(count for _, count in bins))})
    assert "nan" not in svg
