"""A final answer taken apart: items of a list, rows of a matrix, ends of an interval, both signs of ±."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_MATRIX = re.compile(
    r"\\begin\s*\{([pbvBV]?matrix|array|smallmatrix)\}(?:\{[lcr| ]*\})?(.*?)\\end\s*\{\1\}", re.DOTALL
)
_ASSIGNED = re.compile(
    r"(?:[a-zA-Z]|\\[a-zA-Z]+)(?:_\{?\w+\}?)?(?:\([a-zA-Z](?:,[a-zA-Z])*\))?\s*(?:=|\\in(?![a-zA-Z]))\s*(?=[^=\s])"
)
RELATION = re.compile(r"\\leq?(?![a-zA-Z])|\\geq?(?![a-zA-Z])|<=|>=|<|>")
_OPENING, _CLOSING = "([{", ")]}"


def matching(text: str, start: int) -> int:
    """The place of the bracket that closes the one at ``start`` (those of intervals may differ), or -1."""
    depth = 0
    for place in range(start, len(text)):
        if text[place] in _OPENING:
            depth += 1
        elif text[place] in _CLOSING:
            depth -= 1
            if depth == 0:
                return place
    return -1


def split(text: str, separators: Callable[[str, int], int]) -> list[str]:
    """Pieces between separators outside all brackets; ``separators`` gives the length of one at a place."""
    pieces, depth, begin, place = [], 0, 0, 0
    while place < len(text):
        if text[place] in _OPENING:
            depth += 1
        elif text[place] in _CLOSING:
            depth -= 1
        width = separators(text, place) if depth == 0 else 0
        if width:
            pieces.append(text[begin:place].strip())
            begin = place + width
        place += max(width, 1)
    return [*pieces, text[begin:].strip()]


def at(*signs: str) -> Callable[[str, int], int]:
    """For :func:`split`: any of these separators."""
    return lambda text, place: next((len(each) for each in signs if text.startswith(each, place)), 0)


def items(text: str) -> list[str]:
    """Values side by side."""
    return [each for each in split(text, at(",", ";")) if each]


def bracketed(text: str) -> bool:
    """Whether one pair of round or square brackets (or one of each) holds all of it."""
    return len(text) > 1 and text[0] in "([" and matching(text, 0) == len(text) - 1


def signs(text: str) -> Iterator[str]:
    """Both readings of ``±`` (upper signs together, lower signs together)."""
    if "\\pm" not in text and "\\mp" not in text:
        yield text
        return
    yield re.sub(r"\\pm(?![a-z])", "+", re.sub(r"\\mp(?![a-z])", "-", text))
    yield re.sub(r"\\pm(?![a-z])", "-", re.sub(r"\\mp(?![a-z])", "+", text))


def interval(text: str) -> tuple[str, str, str, str] | None:
    """Opening bracket, ends and closing bracket of an interval or of an inequality in one variable."""
    text = value_of(text)
    if bracketed(text) and len(items(text[1:-1])) == 2:
        low, high = items(text[1:-1])
        return text[0], low, high, text[-1]
    signs = [
        re.sub(r"\\([lg])eq?", lambda found: {"l": "<=", "g": ">="}[found[1]], each)
        for each in RELATION.findall(text)
    ]
    parts = [each.strip() for each in RELATION.split(text)]
    if len({each[0] for each in signs}) != 1 or len(parts) not in (2, 3):
        return None
    if signs[0][0] == ">":
        parts.reverse()
        signs = [each.replace(">", "<") for each in reversed(signs)]
    variable = re.compile(r"[a-zA-Z]|\\(?:theta|alpha|beta)")
    if len(parts) == 3 and variable.fullmatch(parts[1]):
        return "[" if signs[0] == "<=" else "(", parts[0], parts[2], "]" if signs[1] == "<=" else ")"
    if len(parts) == 2 and variable.fullmatch(parts[0]):
        return "(", "-\\infty", parts[1], "]" if signs[0] == "<=" else ")"
    if len(parts) == 2 and variable.fullmatch(parts[1]):
        return "[" if signs[0] == "<=" else "(", parts[0], "\\infty", ")"
    return None


def value_of(text: str) -> str:
    """What a variable is said to be: ``x = 3`` and ``x \\in [0, 1]`` without their beginning."""
    found = _ASSIGNED.match(text)
    return text[found.end() :].strip() if found else text


def matrix_rows(text: str) -> list[list[str]] | None:
    """The entries of a matrix, row by row; ``None`` where it is none."""
    found = _MATRIX.fullmatch(text)
    if not found:
        return None
    rows = [row for row in re.split(r"\\\\(?:\[[^\]]*\])?", found[2]) if row.strip()]
    return [[cell.strip() for cell in row.split("&")] for row in rows]
