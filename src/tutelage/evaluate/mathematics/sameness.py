r"""Whether two final answers mean the same.

Compared in this order: as texts; matrices entry by entry; unions, sets and lists in any order; tuples and
intervals in order, with their brackets; numbers in a named base; equations up to a factor; and what is
left as
expressions: exactly where both are rational, else by their values, with variables at fixed sample points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tutelage.draw import draw
from tutelage.evaluate.mathematics.expression import Node, NotRead, parse, variables
from tutelage.evaluate.mathematics.latex import plain
from tutelage.evaluate.mathematics.pieces import (
    RELATION,
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
from tutelage.evaluate.mathematics.values import close, value

_LONGEST = 2_000  # characters of an answer that is read; a longer one must be equal word for word
_MOST_ITEMS = 60  # of a list
_POINTS = 4
_DEEPEST = 8

_BASED = re.compile(r"([0-9A-Za-z]+)\s*_\s*\{?\s*(\d+)\s*\}?")
_CHOICE = re.compile(r"[(\[]?([A-Za-z])[)\].]?")
_WORD = re.compile(r"[a-z]{4,}")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*%?")


def same(answer: str, right: str) -> bool:
    """Whether ``answer`` means what ``right`` does; neither need be LaTeX. An empty answer is never right."""
    if not answer.strip():
        return False
    if max(len(answer), len(right)) > _LONGEST:
        return answer.strip() == right.strip()
    one, other = plain(answer), plain(right)
    if not one or not other:
        return answer.strip() == right.strip()
    readings = [(left, right) for left in _readings(one) for right in _readings(other)]
    return any(_same(*pair, depth=0) for pair in readings)


def _readings(text: str) -> list[str]:
    """``3,250`` may be one number, or two values side by side."""
    return [text, text.replace(",", "")] if _GROUPED.fullmatch(text) else [text]


def _same(one: str, other: str, depth: int) -> bool:
    one, other = _bare(one), _bare(other)
    if _squeezed(one) == _squeezed(other):
        return True
    if depth > _DEEPEST:
        return False
    for compare in (_choices, _matrices, _unions, _relations, _equations, _lists, _tuples, _bases):
        found = compare(one, other, depth)
        if found is not None:
            return found
    return _expressions(one, other)


def _squeezed(text: str) -> str:
    """Without space, and in small letters where it is a word rather than a formula."""
    text = re.sub(r"\s+", " ", text).strip()
    if _WORD.search(text.lower()) and "\\" not in text:
        return text.lower().strip("\"'.")
    return (
        re.sub(r"[\s]", "", text).replace("{", "").replace("}", "")
        if "\\" not in text
        else text.replace(" ", "")
    )


def _bare(text: str) -> str:
    """Without the braces around all of it."""
    text = text.strip()
    while text.startswith("{") and matching(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _choices(one: str, other: str, depth: int) -> bool | None:
    """``(A)``, ``A.`` and ``A`` are one choice."""
    left, right = _CHOICE.fullmatch(one), _CHOICE.fullmatch(other)
    bracketed = any(text[0] in "([" or text[-1] in ")]." for text in (one, other))
    return left[1].upper() == right[1].upper() if left and right and bracketed else None


def _matrices(one: str, other: str, depth: int) -> bool | None:
    left, right = matrix_rows(one), matrix_rows(other)
    if left is None and right is None:
        return None
    if left is None or right is None:  # a vector may be written as a tuple
        rows, text = (left, other) if left is not None else (right, one)
        flat = [cell for row in rows or [] for cell in row]
        if rows is None or (len(rows) > 1 and len(rows[0]) > 1) or not bracketed(text):
            return False
        cells = items(text[1:-1])
        return len(cells) == len(flat) and all(
            _same(*pair, depth + 1) for pair in zip(flat, cells, strict=True)
        )
    return [len(row) for row in left] == [len(row) for row in right] and all(
        _same(*pair, depth + 1) for rows in zip(left, right, strict=True) for pair in zip(*rows, strict=True)
    )


def _unions(one: str, other: str, depth: int) -> bool | None:
    cups = at("\\cup")
    left, right = split(value_of(one), cups), split(value_of(other), cups)
    if len(left) == len(right) == 1:
        return None
    return _any_order(left, right, depth)


def _relations(one: str, other: str, depth: int) -> bool | None:
    """An inequality against another, or against the interval that it means."""
    if not (RELATION.search(one) or RELATION.search(other)):
        return None
    left, right = interval(one), interval(other)
    if left is None or right is None:
        return None
    return (
        left[0] == right[0]
        and left[3] == right[3]
        and all(_same(*pair, depth + 1) for pair in ((left[1], right[1]), (left[2], right[2])))
    )


def _equations(one: str, other: str, depth: int) -> bool | None:
    r"""Whole equations are equal up to a factor; one against a value gives what its variable is."""
    left, right = split(one, at("=", "\\in ")), split(other, at("=", "\\in "))
    if len(left) == len(right) == 1 or any(len(items(text)) > 1 for text in (one, other)):
        return None
    if len(left) == len(right) == 2 and "=" in one and "=" in other:
        if _same(left[0], right[0], depth + 1):
            return _same(left[1], right[1], depth + 1)
        return _proportional(left, right)
    values = value_of(one), value_of(other)
    return _same(*values, depth + 1) if values != (one, other) else False


def _proportional(one: Sequence[str], other: Sequence[str]) -> bool:
    try:
        trees = [Node("add", (parse(each[0]), Node("neg", (parse(each[1]),)))) for each in (one, other)]
        names = sorted(variables(trees[0]) | variables(trees[1]))
        pairs = [tuple(value(tree, sample) for tree in trees) for sample in _samples(names)]
    except NotRead:
        return False
    (first, second), *rest = pairs
    if not names or close(first, 0j) or close(second, 0j):
        return False
    return all(close(left * second, right * first) for left, right in rest)


def _lists(one: str, other: str, depth: int) -> bool | None:
    """Sets, and values side by side, in any order; a ± stands for two values."""
    left, right = _values(one), _values(other)
    if len(left) == len(right) == 1 and not (_set(one) or _set(other)):
        return None
    return _any_order(left, right, depth)


def _set(text: str) -> bool:
    return text.startswith("\\{") and text.endswith("\\}")


def _values(text: str) -> list[str]:
    if _set(text):
        text = text[2:-2].rstrip("\\")
    named = [value_of(each) for each in items(text)]
    return [each for item in named for each in signs(item)]


def _any_order(left: Sequence[str], right: Sequence[str], depth: int) -> bool:
    if len(left) != len(right) or len(left) > _MOST_ITEMS:
        return False
    rest = list(right)
    for item in left:
        found = next((number for number, each in enumerate(rest) if _same(item, each, depth + 1)), None)
        if found is None:
            return False
        del rest[found]
    return True


def _tuples(one: str, other: str, depth: int) -> bool | None:
    r"""``(1, 2)`` and ``[1, 2)`` in order; ``\langle 1, 2 \rangle`` is a tuple too."""
    left, right = _ordered(one), _ordered(other)
    if left is None and right is None:
        return None
    if left is None or right is None or left[0] != right[0] or len(left[1]) != len(right[1]):
        return False
    return all(_same(*pair, depth + 1) for pair in zip(left[1], right[1], strict=True))


def _ordered(text: str) -> tuple[str, list[str]] | None:
    text = re.sub(r"\\langle(.*)\\rangle", r"(\1)", text)
    if not bracketed(text):
        return None
    inside = items(text[1:-1])
    return (text[0] + text[-1], inside) if len(inside) > 1 else None


def _bases(one: str, other: str, depth: int) -> bool | None:
    """``385_9``: the digits are equal, and so are the bases where both are named."""
    left, right = _BASED.fullmatch(one), _BASED.fullmatch(other)
    if not any(found and found[1][0].isdigit() for found in (left, right)):
        return None
    digits = [found[1] if found else text for found, text in ((left, one), (right, other))]
    bases = [found[2] for found in (left, right) if found]
    return digits[0].lower() == digits[1].lower() and len(set(bases)) == 1


def _expressions(one: str, other: str) -> bool:
    try:
        left, right = parse(one), parse(other)
        names = sorted(variables(left) | variables(right))
        if not names:
            return _numbers(left, right)
        return all(close(value(left, sample), value(right, sample)) for sample in _samples(names))
    except NotRead:
        return False


def _numbers(left: Node, right: Node) -> bool:
    """Equal values; where one has a percent sign and the other none, 75 % is 75 as well as 0.75."""
    if close(value(left), value(right)):
        return True
    shares = [tree.name == "percent" for tree in (left, right)]
    if shares[0] == shares[1]:
        return False
    return close(
        *(value(tree.parts[0] if share else tree) for tree, share in zip((left, right), shares, strict=True))
    )


def _samples(names: Sequence[str]) -> Iterator[dict[str, complex]]:
    """Points at which expressions are compared: of either sign, and none that an identity could single
    out."""
    for number in range(_POINTS):
        chance = draw(number, "mathematics")
        yield {name: complex(chance.choice((-1, 1)) * chance.uniform(0.4, 2.6)) for name in names}
