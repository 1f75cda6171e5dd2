"""Verdicts: well-formed and malformed replies, and nothing read as a tie that does not say so."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.verdicts import first_token, five_way, letter, named, ordering, rating, score_in
from tutelage.records import Reply, TokenLogprob
from tutelage.replies import Unreadable


def tokens(**probabilities: float) -> Reply:
    top = tuple((name, math.log(p) if p else -math.inf) for name, p in probabilities.items())
    return Reply(top[0][0], logprobs=(TokenLogprob(*top[0], top),))


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_the_first_token_gives_a_share_and_swapping_the_names_mirrors_it(p: float, q: float) -> None:
    share = first_token(tokens(m=p, M=q, The=0.5))
    assert share == pytest.approx(p / (p + q))
    assert first_token(tokens(m=p, M=q), "M", "m") == pytest.approx(1 - share)


def test_an_absent_name_counts_nothing_and_two_absent_ones_cannot_be_read() -> None:
    assert first_token(tokens(m=0.4, The=0.5)) == 1.0
    assert first_token(tokens(The=0.5, M=0.1)) == 0.0
    spaced = Reply(
        " m", logprobs=(TokenLogprob(" m", math.log(0.3), (("m", math.log(0.3)), ("M", math.log(0.2)))),)
    )
    assert first_token(spaced) == pytest.approx(0.75)
    for reply, reason in (
        (tokens(The=0.9), "no_choice"),
        (tokens(m=0.0, M=0.0), "no_choice"),
        (Reply("m"), "no_logprobs"),
    ):
        with pytest.raises(Unreadable) as error:
            first_token(reply)
        assert error.value.reason == reason


RATINGS = [
    ("Good. Rating: [[8]]", 8.0),
    ("[[7.5]]", 7.5),
    ("[[ 6 ]]", 6.0),
    ("Rating: [9]", 9.0),
    ("See [1] and then [[4]]", 4.0),
    ("[[8/10]]", 8.0),
    ("评分：【【７】】", 7.0),
    ("[[10]]", 10.0),
    ("[[1]] then [[9]]", "several_scores"),
    ("[[9]], so [[9.0]]", 9.0),
    ('It says "[[10]]".\nGrade: [[3]]', 3.0),
    ("Grade: [[3]]\n[1] a source", 3.0),
    ("[[11]]", "out_of_range"),
    ("[[0]]", "out_of_range"),
    ("[[rating]]", "no_score"),
    ("I give it an 8", "no_score"),
    ("[[-3]]", "no_score"),
    ("[[8", "no_score"),
    ("", "no_score"),
    ("8/10", "no_score"),
]
LETTERS = [
    ("A is better. [[A]]", 1.0),
    ("[[B]]", 0.0),
    ("[[C]]", 0.5),
    ("结论：【【A】】", 1.0),
    ("[[A]] … so [[A]]", 1.0),
    ("[[A]] or [[B]]", "several_choices"),
    ("[A]", "no_choice"),
    ("They tie.", "no_choice"),
    ("[[D]]", "no_choice"),
    ("", "no_choice"),
]
FIVES = [
    ('{"reason": "x", "choice": "A++"}', 1.0),
    ('```json\n{"choice": "A+"}\n```', 0.75),
    ('{"choice": "A=B"}', 0.5),
    ("Choice: B+", 0.25),
    ("First A+ seems right.\nChoice: B++", 0.0),
    ('{"about A": "A+ work", "choice": "B++"}', 0.0),
    ("A = B", 0.5),
    ('{"choice": "C"}', "no_choice"),
    ("A++ or B++", "several_choices"),
    ("A tie", "no_choice"),
]
ORDERINGS = [
    ("Comment.\nA > B", 1.0),
    ("A < B", 0.0),
    ("B > A", 0.0),
    ("B < A", 1.0),
    ("A = B", 0.5),
    ("**A＞B**", 1.0),
    ("A > B at first\nB > A", 0.0),
    ("A > B or A < B", "several_choices"),
    ("A > A", "no_choice"),
    ("They are equal", "no_choice"),
]
SCORES = [
    ('{"strengths": "x", "score": "7"}', 7.0),
    ('{"score": 3}', 3.0),
    ('Here: {"score": "8/10"}', 8.0),
    ("**Score**: 6", 6.0),
    ("score: 4 … final score: 9", 9.0),
    ('{"score": 12}', "out_of_range"),
    ('{"score": true}', "no_score"),
    ("评分：5", 5.0),
    ("It is a 7.", "no_score"),
]
NAMES = [
    ("m", 1.0),
    ("M", 0.0),
    (" M.", 0.0),
    ("The better one is\nm", 1.0),
    ("更好的是 M", 0.0),
    ("I'm not sure", "no_choice"),
    ("Model", "no_choice"),
    ("m is better than M", "both_named"),
    ("", "no_choice"),
]


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        *((rating, *case) for case in RATINGS),
        *((letter, *case) for case in LETTERS),
        *((five_way, *case) for case in FIVES),
        *((ordering, *case) for case in ORDERINGS),
        *((score_in, *case) for case in SCORES),
        *((named, *case) for case in NAMES),
    ],
)
def test_replies_are_read_or_refused(read: Callable[[str], float], text: str, expected: float | str) -> None:
    if isinstance(expected, str):
        with pytest.raises(Unreadable) as error:
            read(text)
        assert error.value.reason == expected
    else:
        assert read(text) == expected


@given(st.text())
def test_any_text_is_read_or_refused_and_never_breaks(text: str) -> None:
    for read, low, high in (
        *((rating, 1, 10), (score_in, 1, 10)),
        *((letter, 0, 1), (five_way, 0, 1), (ordering, 0, 1), (named, 0, 1)),
    ):
        with contextlib.suppress(Unreadable):
            assert low <= read(text) <= high
