"""Final answers taken apart."""

from __future__ import annotations

import pytest

from tutelage.evaluate.mathematics.pieces import (
    at,
    bracketed,
    interval,
    items,
    matching,
    matrix_rows,
    signs,
    split,
    value_of,
)


def test_items_stand_outside_all_brackets():
    assert items(r"1, (2, 3), \frac{4,5}{6}; 7,") == ["1", "(2, 3)", r"\frac{4,5}{6}", "7"]
    assert split(r"[1,2) \cup (3,4]", at(r"\cup")) == ["[1,2)", "(3,4]"]


def test_brackets_of_intervals_may_differ():
    assert matching("[1, (2))", 0) == 7
    assert bracketed("(1, 2]")
    assert not bracketed("(1) + (2)")
    assert not bracketed("(1")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[1, 2)", ("[", "1", "2", ")")),
        ("x > 3", ("(", "3", r"\infty", ")")),
        (r"x \le 3", ("(", r"-\infty", "3", "]")),
        (r"1 \leq x < 2", ("[", "1", "2", ")")),
        ("2 > x >= 1", ("[", "1", "2", ")")),
        ("x + y > 3", None),
        ("1 < x > 2", None),
        ("5", None),
    ],
)
def test_intervals_and_inequalities(text: str, found: tuple[str, str, str, str] | None):
    assert interval(text) == found


def test_signs_go_together():
    assert list(signs(r"1 \pm 2 \mp 3")) == ["1 + 2 - 3", "1 - 2 + 3"]
    assert list(signs("5")) == ["5"]


def test_matrices_and_assignments():
    assert matrix_rows(r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \\ \end{bmatrix}") == [["1", "2"], ["3", "4"]]
    assert matrix_rows("1 & 2") is None
    assert [value_of(text) for text in ("x = 3", r"f(x)=x^2", r"\theta \in [0,1]", "2x = 4")] == [
        "3",
        "x^2",
        "[0,1]",
        "2x = 4",
    ]
