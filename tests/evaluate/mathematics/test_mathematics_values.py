"""Values are exact where they can be, and bounded."""

from __future__ import annotations

import math
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.mathematics.expression import NotRead, parse
from tutelage.evaluate.mathematics.values import close, value


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50))
def test_rational_arithmetic_is_exact(one: Fraction, other: Fraction):
    assert value(parse(f"({one})*({other})+({one})-({other})")) == one * other + one - other


@pytest.mark.parametrize(
    "text", ["9^9^9^9", "1/0", "0^{-1}", "1000!", r"\log 0", "2^{2^{40}}", "(1/2)^{99999999}", "1.5!"]
)
def test_what_has_no_value_costs_no_time(text: str):
    start = time.process_time()
    with pytest.raises(NotRead):
        value(parse(text))
    assert time.process_time() - start < 0.5


def test_close_is_exact_for_rationals_and_forgiving_for_rounding():
    assert not close(Fraction(10**20), Fraction(10**20 + 1))
    assert close(complex(math.sqrt(12)), complex(2 * math.sqrt(3)))
    assert not close(complex(math.sqrt(2)), Fraction("1.41421356"))
    assert close(value(parse(r"\sin \pi")), Fraction(0))
    assert close(value(parse(r"\infty")), value(parse(r"\infty")))
    assert not close(value(parse(r"\infty")), value(parse(r"-\infty")))
    assert not close(Fraction(10**400), complex(math.pi))
