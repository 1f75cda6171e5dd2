"""The arithmetic of rouge_score, and what it asks of an LCS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import _score_lcs

from tutelage.novelty.rule import NeedsByLength, rouge_l


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_score_is_that_of_rouge_score_to_the_last_bit(m: int, n: int, data: st.DataObject) -> None:
    lcs = data.draw(st.integers(0, min(m, n)))
    one = ["s"] * lcs + ["a"] * (m - lcs)
    other = ["s"] * lcs + ["b"] * (n - lcs)
    assert rouge_l(lcs, m, n) == _score_lcs(one, other).fmeasure


@pytest.mark.parametrize("strict", [True, False])
@given(m=st.integers(1, 90), n=st.integers(1, 90), threshold=st.sampled_from([0.3, 0.5, 0.7, 0.9, 1.0]))
def test_the_need_is_the_least_lcs_that_is_refused(strict: bool, m: int, n: int, threshold: float) -> None:
    need = NeedsByLength(threshold, strict)[m][n]
    refused = [
        lcs
        for lcs in range(1, min(m, n) + 1)
        if rouge_l(lcs, m, n) > threshold or (not strict and rouge_l(lcs, m, n) == threshold)
    ]
    assert need == min(refused, default=m + n)


@pytest.mark.parametrize("strict", [True, False])
@given(m=st.integers(1, 90), threshold=st.sampled_from([0.3, 0.5, 0.7, 0.9, 1.0]))
def test_the_prefix_leaves_too_few_for_any_length(strict: bool, m: int, threshold: float) -> None:
    needs = NeedsByLength(threshold, strict)[m]
    least = min(needs[n] for n in range(1, 4 * m + 4))
    assert m - needs.prefix < least
