"""Whole answers end in many ways; cut ones break off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.filters.endings import cut_off, open_end

PROSE = (
    "The tide rises twice a day because the moon pulls at the sea. It falls in between, as the earth turns."
)
CUT = [
    f"{PROSE} The sun also",
    f"{PROSE} The sun pulls at the sea as we",
    f"{PROSE} There are two kinds,",
    f"{PROSE}\n\n1. **Spring tides** come at new moon.\n2. **Neap ti",
    f"{PROSE}\n\n- Spring tides come at new moon.\n- Neap tides come one week after that and are much",
    f"{PROSE}\n```python\nprint(1)",
    "海水涨落主要是月球的引力造成的。太阳也有作用，但是",
    "海水涨落主要是月球的引力造成的。太阳的引力也会影响海水，当太阳和月球在一条直线上时会形成大",
]
WHOLE = [
    PROSE,
    f'{PROSE} He said: "It is done."',
    f"{PROSE}\n\nSincerely,\nAnn Lee",
    f"{PROSE} 🌊",
    f"{PROSE} #tides",
    "- spring tides at new moon\n- neap tides a week later\n- none in small lakes",
    "Paris",
    "def double(x):\n    return 2 * x\n\nprint(double(3))\nprint(double(4))",
    "海水涨落主要是月球的引力造成的。太阳也有作用。",
    "",
]


@pytest.mark.parametrize("answer", CUT)
def test_a_cut_answer_shows(answer: str) -> None:
    assert open_end(answer) >= 0.6


@pytest.mark.parametrize("answer", WHOLE)
def test_a_whole_answer_does_not(answer: str) -> None:
    assert open_end(answer) <= 0.2


def test_the_strong_signs_are_quoted() -> None:
    assert "two kinds," in cut_off(f"{PROSE} There are two kinds,")
    assert cut_off("```\nx = 1") == "a block of code is not closed"
    assert cut_off(PROSE) == ""


@given(st.text(max_size=400))
def test_the_measure_stays_within_its_range(answer: str) -> None:
    assert 0 <= open_end(answer) <= 1
