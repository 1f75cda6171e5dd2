"""Numbers in one notation, so that ``12``, ``twelve``, ``十二`` and ``１２`` are the same token.

Works on the tokens of :func:`tutelage.text.unicode_tokens`. Where words are no number by the grammar of their
language (``万一``, ``one two three``), they are left apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import regex

from tutelage.text import unicode_tokens

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_TIES = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_ONES.split())}
_TENS = {word: 10 * value for value, word in enumerate(_TIES.split(), start=2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_ORDINAL = {
    word: f"{value}{_ENDINGS.get(value, 'th')}" for value, word in enumerate(_ORDINALS.split(), start=1)
}

_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_DIGITS |= {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000, "拾": 10, "佰": 100, "仟": 1_000}
_HAN_SCALES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_HAN = frozenset({*_HAN_DIGITS, *_HAN_UNITS, *_HAN_SCALES})

# No number goes on across punctuation, nor a Han one across a space or a hyphen.
_HAN_CLASS = "".join(sorted(_HAN))
_JOINS = r"\s\-‐‑"
_BREAK = regex.compile(rf"[^\p{{L}}\p{{M}}\p{{N}}{_JOINS}]+|(?<=[{_HAN_CLASS}])[{_JOINS}]+(?=[{_HAN_CLASS}])")
_NUMBER_WORDS = frozenset({*_SMALL, *_TENS, *_SCALES, *_ORDINAL, *_HAN})
_GROUPED = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")  # the comma of 12,000
_LONGEST = 15  # digits; longer ones are names, not numbers
_LONGEST_HAN = 24  # characters; keeps a text of nothing but numerals from costing its square


def number_tokens(text: str) -> list[str]:
    """The tokens of ``text`` with every number in digits: ``twenty-one`` and ``二十一`` are ``21``."""
    text = _GROUPED.sub("", text) if "," in text else text
    tokens = unicode_tokens(text)
    if _NUMBER_WORDS.isdisjoint(tokens):
        return tokens
    return [token for piece in _BREAK.split(text) for token in _piece(unicode_tokens(piece))]


def _piece(tokens: list[str]) -> Iterable[str]:
    return tokens if _NUMBER_WORDS.isdisjoint(tokens) else _in_digits(tokens)


def _in_digits(tokens: Sequence[str]) -> Iterator[str]:
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token in _ORDINAL:
            yield _ORDINAL[token]
            place += 1
            continue
        value, end = _english(tokens, place)
        if end == place:
            value, end = _chinese(tokens, place)
        if end == place:
            yield token
            place += 1
        else:
            yield str(value)
            place = end


def _is_digits(token: str) -> bool:
    return token.isdecimal() and len(token) <= _LONGEST


def _english(tokens: Sequence[str], start: int) -> tuple[int, int]:
    """The number that begins at ``start`` and the place behind it; that place is ``start`` for none.

    ``total`` holds what a scale has closed, ``part`` what is still below a thousand, and ``last`` the least
    value that was added, -1 before the first.
    """
    total, part, last, place = 0, 0, -1, start
    scale = 10**15
    while place < len(tokens):
        token = tokens[place]
        if token == "and" and last >= 100 and 0 < (_worth(tokens, place + 1) or 0) < 100:
            place += 1
            continue
        worth = _worth(tokens, place)
        if worth is None:
            if not _is_digits(token) or place > start or _worth(tokens, place + 1) not in _SCALES.values():
                break
            part, last = int(token), 1
        elif worth == 100 and part < 100:
            part, last = (part or 1) * 100, 100
        elif worth in _SCALES.values() and worth > 100 and worth < scale and (part or place == start):
            total, part, last, scale = total + (part or 1) * worth, 0, worth, worth
        elif worth < 100 and _fits(worth, part, last):
            # "nineteen ninety-eight": two tens side by side are a year.
            year = 10 <= part < 100 and worth >= 10
            part, last = part * 100 + worth if year else part + worth, worth
        else:
            break
        place += 1
    return total + part, place


def _worth(tokens: Sequence[str], place: int) -> int | None:
    if place >= len(tokens):
        return None
    token = tokens[place]
    return _SMALL.get(token, _TENS.get(token, _SCALES.get(token)))


def _fits(worth: int, part: int, last: int) -> bool:
    """Whether a number below 100 may follow what was read."""
    if last < 0 or last >= 100:
        return True
    if part >= 10 and part < 100 and part == last and worth >= 10:
        return True
    return last in _TENS.values() and 0 < worth < 10


def _chinese(tokens: Sequence[str], start: int) -> tuple[int, int]:
    """As :func:`_english`, for Han numerals, with digits before a scale (``3万``) among them."""
    end = start
    while end < min(len(tokens), start + _LONGEST_HAN) and tokens[end] in _HAN:
        end += 1
    run = tokens[start:end]
    if not run:
        ahead = start + 1 < len(tokens) and tokens[start + 1] in _HAN_SCALES
        if ahead and _is_digits(tokens[start]):
            return int(tokens[start]) * _HAN_SCALES[tokens[start + 1]], start + 2
        return 0, start
    if all(token in _HAN_DIGITS for token in run):
        return int("".join(str(_HAN_DIGITS[token]) for token in run)), end
    value = _han_value(run)
    return (0, start) if value is None else (value, end)


def _han_value(run: Sequence[str]) -> int | None:
    """``一百二十三`` → 123; ``None`` where a digit lacks its unit or a unit its digit."""
    total, part, digit, least = 0, 0, None, 0
    for token in run:
        if token in _HAN_DIGITS:
            if digit:  # a zero may stand between
                return None
            digit = _HAN_DIGITS[token]
        elif token in _HAN_UNITS:
            unit = _HAN_UNITS[token]
            if digit is None and (unit != 10 or part):
                return None
            part, digit = part + (1 if digit is None else digit) * unit, None
        else:
            part += digit or 0
            if not part and not total:
                return None
            scale = _HAN_SCALES[token]
            # 一亿两千万 adds the second scale; 一万亿 multiplies by it.
            total = total + part * scale if scale < least else (total + part) * scale
            part, digit, least = 0, None, scale
    return total + part + (digit or 0)
