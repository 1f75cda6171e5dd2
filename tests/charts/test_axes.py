import math

from hypothesis import given
from hypothesis import strategies as st

from tutelage.charts.axes import ticks


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(1, 12))
def test_ticks_lie_inside_rise_evenly_and_are_few(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    slack = 1e-6 * max(abs(low), span)
    assert len(found) <= most + 1
    assert all(low - slack <= each <= low + span + slack for each in found)
    assert found == sorted(found)


def test_ticks_are_round() -> None:
    assert ticks(0, 10) == [0, 2, 4, 6, 8, 10]
    assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(3, 47) == [10, 20, 30, 40]


def test_a_point_is_its_own_tick() -> None:
    assert ticks(4, 4) == [4]
    assert ticks(0, math.inf) == [0]
