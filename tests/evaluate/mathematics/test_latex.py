"""Final answers in one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.mathematics.latex import plain


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (r"\$32,\!348", "32348"),
        ("10{,}000", "10000"),
        ("1 000 000", "1000000"),
        (r"\left( \dfrac{1}{2}, 3 \right)", r"( \frac{1}{2}, 3 )"),
        (r"5\text{ cm}^2", "5"),
        ("5 square inches", "5"),
        ("12 厘米", "12"),
        (r"\text{even}", "even"),
        (r"75\%", "75%"),
        ("９．５", "9.5"),
        ("x²", "x^{2}"),
        (r"9^\circ", "9"),
        ("3 or 4", "3 , 4"),
    ],
)
def test_one_form(text: str, form: str):
    assert plain(text) == form


def test_degrees_of_a_function_stay():
    assert "circ" in plain("cos 13°")


@given(st.text(max_size=80))
def test_any_text_can_be_brought_to_it(text: str):
    assert isinstance(plain(text), str)
