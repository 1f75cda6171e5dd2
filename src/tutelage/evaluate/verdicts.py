"""What a judge decided, read from its words or from the probabilities of its first token.

    first_token(reply, "m", "M")   P(m) / (P(m) + P(M)) of the first token      AlpacaEval 2
    named(text, "m", "M")          which of two names a short reply gives       AlpacaEval's verdict
    rating(text)                   [[7]], else [7]                              MT-Bench, single answers
    letter(text)                   [[A]], [[B]], or [[C]] for a tie             MT-Bench, pairs
    five_way(text)                 A++, A+, A=B, B+, B++                        WildBench's reward
    ordering(text)                 a last line such as A > B                    Explore-Instruct's beat rate
    score_in(text)                 {"score": 7}, else "score: 7"                WildBench's score

Comparisons come out as the preference for the answer shown first, in [0, 1]. What cannot be read raises
:class:`~tutelage.replies.Unreadable`; nothing is ever read as a tie that does not say so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from tutelage.records import Reply
from tutelage.replies import Unreadable, json_in, number

LOW, HIGH = 1.0, 10.0

_WIDE = str.maketrans("０１２３４５６７８９．【】［］＞＜＝＋ＡＢＣ：", "0123456789.[][]><=+ABC:")
_EDGE = r"(?<![A-Za-z'’]){}(?![A-Za-z'’])"
_DOUBLE = re.compile(r"\[\[\s*(\d+(?:\.\d*)?)\s*(?:/\s*10\s*)?\]\]")
_SINGLE = re.compile(r"\[\s*(\d+(?:\.\d*)?)\s*(?:/\s*10\s*)?\]")
_LETTER = re.compile(r"\[\[\s*([ABC])\s*\]\]")
_FIVE = re.compile(r"(?<![A-Za-z+])(A\+\+|A\+|A\s*=\s*B|B\+\+|B\+)(?![A-Za-z+])")
_ORDERING = re.compile(r"(?<![A-Za-z])([AB])\s*([>=<])\s*([AB])(?![A-Za-z])")
_SCORE = re.compile(r"(?:score|评分|分数|得分)\W{0,6}?(\d+(?:\.\d+)?)(?![\d.]*\d)", re.IGNORECASE)

FIVE_WAYS: Mapping[str, float] = {"A++": 1.0, "A+": 0.75, "A=B": 0.5, "B+": 0.25, "B++": 0.0}


def first_token(reply: Reply, first: str = "m", second: str = "M") -> float:
    """P(first) / (P(first) + P(second)) among the most likely first tokens; one that is absent counts 0.

    Raises:
        Unreadable: ``no_logprobs``, or ``no_choice`` where neither name is among them.
    """
    if not reply.logprobs:
        raise Unreadable("no_logprobs", "the reply carries no token probabilities")
    token = reply.logprobs[0]
    seen = dict(token.top) | {token.token: token.logprob}
    shares = {first: 0.0, second: 0.0}
    for text, logprob in seen.items():
        if text.strip() in shares and math.isfinite(logprob):
            shares[text.strip()] += math.exp(logprob)
    total = shares[first] + shares[second]
    if not total > 0:
        said = ", ".join(repr(text) for text in seen)
        raise Unreadable("no_choice", f"neither {first} nor {second} is among the first tokens ({said})")
    return shares[first] / total


def named(text: str, first: str = "m", second: str = "M") -> float:
    """1.0 where a short reply names ``first``, 0.0 where it names ``second``; upper and lower case differ.

    Raises:
        Unreadable: ``no_choice``, or ``both_named`` in the line that decides, which is the last one.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    for line in reversed(lines):
        found = {name for name in (first, second) if re.search(_EDGE.format(re.escape(name)), line)}
        if len(found) == 2:
            raise Unreadable("both_named", f"the line names both {first} and {second}")
        if found:
            return float(found == {first})
    raise Unreadable("no_choice", f"neither {first} nor {second} is named")


def rating(text: str, low: float = LOW, high: float = HIGH) -> float:
    """The number in double brackets of the last line that has one, else that in single ones.

    The grade is asked for at the end: what stands before it may quote an answer, brackets included.

    Raises:
        Unreadable: ``no_score``, ``several_scores`` where that line has different ones, or ``out_of_range``.
    """
    lines = text.translate(_WIDE).splitlines()
    for brackets in (_DOUBLE, _SINGLE):
        found = next((each for line in reversed(lines) if (each := brackets.findall(line))), [])
        grades = {float(each) for each in found}
        if len(grades) > 1:
            raise Unreadable("several_scores", f"the last grades differ: {', '.join(found)}")
        if grades:
            return _within(grades.pop(), low, high)
    raise Unreadable("no_score", "no number in double brackets, such as [[5]]")


def _within(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise Unreadable("out_of_range", f"{value:g} is not on the scale from {low:g} to {high:g}")
    return value


def letter(text: str) -> float:
    """1.0 for [[A]], 0.0 for [[B]], 0.5 for [[C]].

    Raises:
        Unreadable: ``no_choice``, or ``several_choices`` where different letters stand in brackets.
    """
    return {"A": 1.0, "B": 0.0, "C": 0.5}[_only(set(_LETTER.findall(text.translate(_WIDE))), "[[A]]")]


def five_way(text: str) -> float:
    """A preference of 1, 0.75, 0.5, 0.25 or 0: the value ``choice`` of a JSON object, else the last line
    that gives one.

    Raises:
        Unreadable: ``no_choice`` or ``several_choices``.
    """
    plain = text.translate(_WIDE)
    given = _field(plain, "choice")
    lines = (
        [given] if given is not None else [line for line in plain.splitlines()[::-1] if _FIVE.search(line)]
    )
    found = {re.sub(r"\s", "", each) for line in lines[:1] for each in _FIVE.findall(line)}
    return FIVE_WAYS[_only(found, "A++")]


def ordering(text: str) -> float:
    """1.0 where the last line that orders the two puts A before B, 0.0 for B before A, 0.5 for A = B.

    Raises:
        Unreadable: ``no_choice`` or ``several_choices``.
    """
    for line in reversed(text.translate(_WIDE).splitlines()):
        pairs = [each for each in _ORDERING.findall(line) if each[0] != each[2]]
        if pairs:
            said = {"=" if sign == "=" else left if sign == ">" else right for left, sign, right in pairs}
            return {"A": 1.0, "B": 0.0, "=": 0.5}[_only(said, "A > B")]
    raise Unreadable("no_choice", "no line such as A > B")


def score_in(text: str, low: float = LOW, high: float = HIGH) -> float:
    """The value ``score`` of a JSON object, else the number after the last word "score".

    Raises:
        Unreadable: ``no_score``, or ``out_of_range``.
    """
    plain = text.translate(_WIDE)
    given = _field(plain, "score")
    if given is not None:
        try:
            return _within(number(given), low, high)
        except Unreadable as error:
            if error.reason == "out_of_range":
                raise
    found = _SCORE.findall(plain)
    if not found:
        raise Unreadable("no_score", 'no number under "score"')
    return _within(float(found[-1]), low, high)


def _field(text: str, name: str) -> str | None:
    """The field ``name`` of the JSON object in ``text`` as text, if there is such an object and field."""
    try:
        found = json_in(text)
    except Unreadable:
        return None
    value = found.get(name) if isinstance(found, Mapping) else None
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _only(found: set[str], example: str) -> str:
    if not found:
        raise Unreadable("no_choice", f"no verdict such as {example}")
    if len(found) > 1:
        raise Unreadable("several_choices", f"more than one verdict: {', '.join(sorted(found))}")
    return next(iter(found))
