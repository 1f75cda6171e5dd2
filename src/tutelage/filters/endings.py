"""Whether an answer ends before its end: by signs that a whole answer hardly shows, or by its own habit."""

from __future__ import annotations

import re

from tutelage.filters.hollow import common_share
from tutelage.text import prose_of, scripts, words

_LIKELY_WHOLE = 20  # words up to which an answer that ends oddly may still be whole
_OPEN_END = re.compile(r"(?:[,;:(\[{，、；：（【]|\s(?:the|a|an|and|or|of|with|because|whose|than))$")
_FENCE = re.compile(r"^\s*```", re.MULTILINE)

# An end mark, quotes, brackets and emphasis behind it; or something that is no word: an emoji, a rule, code.
_CLOSING = re.compile(r"[^\w\s,、，]\s*$")
_BREAKS_OFF = re.compile(
    r"(?:[,(\[{，、；（【]|(?:^|\s)[-•\"“‘]|(?:^|\n)\s*(?:#+|\d+[.)、])|"
    r"\b(?:the|an?|and|or|of|with|because|whose|than|to|for|by|as|is|are|which|from|but|your|their|its|"
    r"can|will|"
    r"has|have|into|such)|[的和与或把被让向从以及因为但是])$",
    re.IGNORECASE,
)
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("“", "”"), ("「", "」"), ("（", "）"), ("《", "》"))
_ITEM = re.compile(r"[-*•+]\s|\d+[.)、]|\|")
_TAG = re.compile(r"[#@]\w+$")
_SIGNATURE = 0.15  # of a last line of few words: a name under a letter, more often than a cut
_LEAST_LINE = 4  # words of a line from which a habit can be read
_PROSE = 8
_PROSE_COMMON = 0.25  # share of common words from which a line is prose, and no list of names
_SURE, _UNSURE = 1.0, 0.6


def cut_off(answer: str) -> str:
    """Why an answer seems to end before its end; only signs that a whole answer hardly shows."""
    if len(_FENCE.findall(answer)) % 2:
        return "a block of code is not closed"
    end = answer.rstrip()
    if words(end) > _LIKELY_WHOLE and _OPEN_END.search(end):
        return f"ends with {end[-30:]!r}"
    return ""


def open_end(answer: str) -> float:
    """How much an answer looks cut off, 0 to 1: a broken last line, or one that breaks the others' habit.

    A list whose lines all end without a full stop is whole; a paragraph that alone ends without one is not.
    """
    end = answer.rstrip()
    if words(end) < _PROSE:
        return 0.0
    if cut_off(answer):
        return 1.0
    if _BREAKS_OFF.search(end):
        return 0.9
    unclosed = _unclosed(end)
    if _CLOSING.search(end):
        return 0.7 if unclosed else 0.0
    last = end.rpartition("\n")[2]
    sure = _SURE if _is_prose(last) else _UNSURE
    return max(0.8 if unclosed else 0.0, sure * _habit(end))


def _is_prose(line: str) -> bool:
    """A sentence rather than a list of names; Chinese sets few common words between the others."""
    least = _PROSE_COMMON * (0.4 if scripts(line).get("Han", 0.0) > 0.5 else 1.0)
    return words(line) >= _PROSE and common_share(line) >= least


def _unclosed(end: str) -> bool:
    """Something opened on the last line stays open there."""
    line = end.rpartition("\n")[2]
    bold = line.count("**") % 2 == 1 and "***" not in line
    return bold or any(line.count(opening) > line.count(closing) for opening, closing in _PAIRS)


def _habit(end: str) -> float:
    """The share of lines and sentences before the last one that end as whole ones do."""
    *earlier, last = [line.strip() for line in end.splitlines() if words(line)]
    if not words(prose_of(last)) or _TAG.search(last):
        return 0.0
    if earlier and words(last) < _LEAST_LINE and not _ITEM.match(last):
        return _SIGNATURE
    told = [line for line in earlier if words(line) >= _LEAST_LINE]
    if told:
        return sum(bool(_CLOSING.search(line)) for line in told) / len(told)
    inside = re.search(r"[.!?。！？]\s*\S", last)
    return 1.0 if inside else 0.6 if words(last) >= 2 * _PROSE else 0.3
