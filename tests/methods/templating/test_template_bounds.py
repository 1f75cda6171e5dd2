from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.templating.template_bounds import (
    LONGEST,
    TooLong,
    check_growth,
    check_size,
    check_text_method,
)


@given(st.integers(0, LONGEST))
def test_within_the_bound_nothing_is_refused(size: int) -> None:
    check_size(size)
    check_growth("*", "a", size)
    check_growth("*", size, [1])
    check_text_method("a", "ljust", (size,))


@given(st.integers(LONGEST + 1, 10**18))
def test_beyond_the_bound_everything_is(size: int) -> None:
    for refused in (
        lambda: check_size(size),
        lambda: check_growth("*", "a", size),
        lambda: check_growth("*", size, [1]),
        lambda: check_text_method("a", "zfill", (size,)),
    ):
        with pytest.raises(TooLong):
            refused()


def test_ordinary_numbers_are_no_matter() -> None:
    check_growth("*", 10**30, 10**30)
    check_growth("**", 2, 100)
    check_growth("+", 1, 2.5)
    check_growth("%", 7, 3)
    check_growth("%", "%05d", 3)
    with pytest.raises(TooLong):
        check_growth("**", 10, 10**6)
