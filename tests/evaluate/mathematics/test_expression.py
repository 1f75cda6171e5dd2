"""Expressions are read as they are meant, and nothing is executed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.mathematics.expression import NotRead, parse, variables
from tutelage.evaluate.mathematics.values import value


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        (r"\frac12", "1/2"),
        (r"\frac123", "3/2"),
        (r"\frac 9{20}", "9/20"),
        (r"1\frac{1}{10}", "11/10"),
        (r"-1\frac{1}{2}", "-3/2"),
        ("1 1/10", "11/10"),
        (r"2\frac{x}{2}", None),
        ("2^3^1", "8"),
        ("-2^2", "-4"),
        ("2(3+4)", "14"),
        ("(2)(3)", "6"),
        ("5!", "120"),
        (r"\binom{5}{2}", "10"),
        (r"\log_2 8", "3"),
        (r"\sqrt[3]{-8}", "-2"),
        (r"\sqrt{16}", "4"),
        ("4^{-1/2}", "1/2"),
        (r"|{-3}|", "3"),
        (r"\lfloor 7/2 \rfloor", "3"),
        ("75%", "3/4"),
        (r"3 \times 10^{5}", "300000"),
    ],
)
def test_what_it_is_worth(text: str, worth: str | None):
    if worth is None:
        assert variables(parse(text)) == {"x"}
    else:
        assert value(parse(text)) == Fraction(worth)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 2",
        "(1",
        "1)",
        "Saturday",
        "__import__('os')",
        "1=2",
        "x" * 2_000,
        "(" * 500,
        r"\begin{x}",
        "^2",
        "2^",
        "-" * 999,
        "1+" * 499 + "1",
        r"\sqrt" * 190 + "2",
        "5;",
    ],
)
def test_what_is_no_expression(text: str):
    with pytest.raises(NotRead):
        parse(text)


@given(st.text(alphabet="0123456789+-*/^(){}x!%|_ \\fracsqtpi", max_size=40))
def test_any_text_is_read_or_refused(text: str):
    try:
        tree = parse(text)
        value(tree, dict.fromkeys(variables(tree), 1.5 + 0j))
    except NotRead:
        pass
