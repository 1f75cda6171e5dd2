"""Final answers in boxes."""

from __future__ import annotations

import pytest

from tutelage.methods.boxing import boxed


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (r"So \boxed{4}", r"So \boxed{4}"),
        ("2 + 2 = 4.\nFinal answer: 4", "2 + 2 = 4.\nFinal answer: $\\boxed{4}$"),
        ("Answer: 1.\nThe answer is $x + 1$.", "Answer: 1.\nThe answer is $\\boxed{x + 1}$"),
        ("一步一步来。\n答案：68元。", "一步一步来。\n答案：$\\boxed{68元}$"),
        (r"So \boxed{}", None),
        ("No idea.", None),
        ("Answer: .", None),
    ],
)
def test_boxed(output: str, expected: str | None) -> None:
    assert boxed(output) == expected
