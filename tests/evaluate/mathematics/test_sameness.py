r"""Answers that mean the same, and answers that do not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.mathematics import same

SAME = r"""
½ == 0.5 == \frac12 == \dfrac{1}{2} == 1/2 == \tfrac{2}{4}
1½ == 1\frac{1}{2} == 1.5 == 3/2
3,250 == 3,\!250 == 3250 == 3 250
\$32,\!348 == 32348 dollars == 32,348
12^\circ == 12\text{ degrees} == 12°
75\% == 75% == 75 percent
2 + \sqrt{6}, 2 - \sqrt{6} == 2 \pm \sqrt6 == x = 2 \pm \sqrt{6} == 2-√6 and 2+√6
\{1, 2, 3\} == 3, 2, 1 == 1、2、3 == 3，1，2
x=-1 == -1 == -1.0
\text{(A)} == A == (A) == A.
\mbox{Saturday} == saturday == \text{Saturday}
385_9 == 385_{9} == 385₉ == 385
\begin{pmatrix} 3/5 \\ 57/5 \end{pmatrix} == \begin{bmatrix}0.6\\11.4\end{bmatrix} == (0.6, 57/5)
(-\infty, -2] \cup [2, \infty) == [2,\infty)\cup(-\infty,-2]
[46, \infty) == x \ge 46 == x \in [46,\infty) == 46 \le x
(-7, -2) == -7 < x < -2 == -2 > x > -7
14\sqrt{15} == 14√15 == 14*sqrt(15)
\frac{1}{\sqrt{2}} == \frac{\sqrt2}{2} == 2^{-1/2}
\frac{9\pi}{2} == 4.5π == 9pi/2 == \frac{9}{2}\pi
x^3+27 == (x+3)(x^2-3x+9) == 27 + x^3
y = 2x + 3 == 2x - y + 3 = 0
\cos 13^\circ == \sin 77°
\sec x == 1/cos(x)
\frac{i}{5} == 0.2i
2^{2005} == 2^2005
5 cm == 5厘米 == 5 == 5\text{ cm}
1.2 \times 10^5 == 120000 == 120,000
5! == 120 == \binom{10}{3}
""".strip().splitlines()

APART = r"""
1/2 != 1/3
0.333 != 1/3
\sqrt 2 != 1.41421356
(1,2) != (2,1)
[1,2) != (1,2)
(1,2) != 1,2
1,2,3 != 1,2
1,1,2 != 1,2,2
385_9 != 385_8
A != B
Dana != Evan
even != odd
x=1 != x=2
y=2x+3 != y=2x+4
|x| != x
\sqrt{x^2} != x
x != y
2\pi != 2
2+\sqrt6 != 2-\sqrt6
\infty != -\infty
[46,\infty) != (46,\infty)
x > 2 != x < 2
1000000000 != 1000000001
2^{2005} != 2^{2006}
75\% != 76
3,250 != 3,251
325 != 3,250
\begin{pmatrix}1\\2\end{pmatrix} != \begin{pmatrix}2\\1\end{pmatrix}
\begin{pmatrix}1&2\\3&4\end{pmatrix} != (1,2,3,4)
i != -i
""".strip().splitlines()


@pytest.mark.parametrize("line", SAME)
def test_the_same(line: str):
    forms = [each.strip() for each in line.split(" == ")]
    assert [(one, other) for one in forms for other in forms if not same(one, other)] == []


@pytest.mark.parametrize("line", APART)
def test_not_the_same(line: str):
    one, other = (each.strip() for each in line.split(" != "))
    assert not same(one, other)
    assert not same(other, one)


def test_nothing_is_never_right():
    assert not same("", "")
    assert not same("  ", "5")


@given(st.text(alphabet="0123456789+-*/^(){}[],=<>x!%|_ \\fracsqtpimcup", max_size=40))
def test_any_answer_is_itself_and_the_order_does_not_matter(text: str):
    assert same(text, text) or not text.strip()
    assert same(text, "5") == same("5", text)


@pytest.mark.parametrize(
    "text", ["(" * 5_000, "1," * 5_000, r"\pm" * 60 + "1", "9^" * 300 + "9", "[(" * 100 + "1,2"]
)
def test_a_hostile_answer_costs_little(text: str):
    start = time.process_time()
    same(text, "(1, 2]")
    same(text, r"1, 2 \cup 3")
    assert time.process_time() - start < 2
