"""Shares of repetition and loops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.filters.repetition import loop, repeated_share


@given(st.text(max_size=300))
def test_shares_are_shares(text: str) -> None:
    assert 0 <= repeated_share(text) <= 1


def test_distinct_text_has_no_share() -> None:
    assert repeated_share("\n".join(f"line number {i} is its own" for i in range(50))) < 0.1


def test_short_lines_may_repeat() -> None:
    assert repeated_share("}\n" * 40) == 0


@pytest.mark.parametrize(("times", "found"), [(5, True), (4, False)])
def test_a_phrase_loops_from_five_rounds_on(times: int, found: bool) -> None:
    assert bool(loop("Once there was " + "a very old man " * times)) == found


def test_a_loop_in_the_middle_is_found_and_named() -> None:
    assert sorted(loop("Well then " + "so on and on " * 6 + "it goes").split()) == ["and", "on", "on", "so"]


@pytest.mark.parametrize("text", ["0 " * 50, "1, 2, " * 30, "ha ha ha ha ha", "", "one two three"])
def test_numbers_and_laughter_are_no_loops(text: str) -> None:
    assert loop(text) == ""
