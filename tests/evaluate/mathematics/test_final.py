"""Where a solution says its final answer."""

from __future__ import annotations

import pytest

from tutelage.evaluate.mathematics.final import Final, final_answer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"First \boxed{1}, then \boxed{\frac{1}{2}}.", Final(r"\frac{1}{2}", "boxed")),
        (r"So \boxed{\left\{1, \{2\}\right\}}", Final(r"\left\{1, \{2\}\right\}", "boxed")),
        (r"So \fbox{3}", Final("3", "boxed")),
        (r"So $\boxed 3$", Final("3", "boxed")),
        (r"So \boxed{4}. Then \boxed{\frac{1", Final("4", "boxed")),  # the last one was cut off
        ("The answer is 3.5. I hope so.", Final("3.5", "said")),
        ("the answer is 1.\nNo: The final answer is: **7**", Final("7", "said")),
        ("#### 18", Final("18", "said")),
        ("所以答案是 12 厘米。", Final("12 厘米", "said")),
        ("答案：½", Final("½", "said")),
        (r" \frac12 ", Final(r"\frac12", "alone")),
        ("One line.\nAnother line.", Final("", "none")),
        ("", Final("", "none")),
        ("x" * 500, Final("", "none")),
    ],
)
def test_the_final_answer(text: str, found: Final):
    assert final_answer(text) == found
