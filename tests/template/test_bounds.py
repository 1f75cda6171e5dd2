from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.template.bounds import (
    LONGEST,
    MOST_MEMBERS,
    TooLong,
    check_filter,
    check_growth,
    check_size,
    check_text_method,
    weigh,
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


def test_a_list_weighs_all_that_is_inside_it() -> None:
    assert weigh("abc") == 3
    assert weigh(["a", ("b", {"c": 1})]) == 7
    x: list[object] = []
    for _ in range(40):
        x = [x, x]
    for heavy in (x, ["a" * 600_000] * 2, [0] * MOST_MEMBERS):
        with pytest.raises(TooLong):
            weigh(heavy)


@pytest.mark.parametrize(
    ("name", "value", "args"),
    [
        ("center", "a", (LONGEST + 1,)),
        ("format", "%9999999d", (1,)),
        ("replace", "a" * 2000, ("a", "b" * 2000)),
        ("join", ["a"] * 2000, ("b" * 2000,)),
        ("indent", "\n" * 2000, (2000,)),
        ("indent", "\n" * 2000, ("b" * 2000,)),
        ("wordwrap", "a " * 2000, (1, True, "b" * 2000)),
    ],
)
def test_filters_that_would_swell_a_text(name: str, value: object, args: tuple[object, ...]) -> None:
    with pytest.raises(TooLong):
        check_filter(name, value, args)
    check_filter(name, "a", ())
