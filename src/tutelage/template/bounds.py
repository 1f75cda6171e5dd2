"""Bounds on what a template may make: texts, lists, numbers and widths.

The length is reckoned before the work is done: ``"a" * 10**9`` never exists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Undefined
from jinja2.exceptions import TemplateRuntimeError

LONGEST = 1_000_000  # characters of a text, members of a list, value of a width
MOST_MEMBERS = 100_000  # of a list with all lists inside it
_MOST_BITS = 4096  # of a number
_WIDE = re.compile(r"\d{6,}|\*")  # a width in a format
_WIDENING = {"center", "ljust", "rjust", "zfill", "expandtabs"}


class TooLong(TemplateRuntimeError):
    """A text, list or number grew beyond the bounds."""


def check_size(size: int) -> None:
    """Refuse a text or list of this size, where it is beyond :data:`LONGEST`.

    Raises:
        TooLong: it is.
    """
    if size > LONGEST:
        raise TooLong(f"the template makes something longer than {LONGEST:,}")


def weigh(value: Any) -> int:
    """How many members a text, list or mapping has, those inside its members counted as often as they stand
    there: thirty times ``x = [x, x]`` is a short list that takes a gigabyte to write down.

    Raises:
        TooLong: it has more than :data:`MOST_MEMBERS`, or its texts more than :data:`LONGEST` characters.
    """
    if isinstance(value, str):
        check_size(len(value))
        return len(value)
    members = written = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        members += 1
        if isinstance(each, str):
            written += len(each)
        elif isinstance(each, Mapping):
            waiting.extend(each.keys())
            waiting.extend(each.values())
        elif isinstance(each, list | tuple):
            waiting.extend(each)
        if members + len(waiting) > MOST_MEMBERS:
            raise TooLong(f"the template makes a list of more than {MOST_MEMBERS:,} members")
        check_size(written)
    return members


def check_growth(operator: str, left: Any, right: Any) -> None:
    """Refuse an operator whose result would be huge.

    Raises:
        TooLong: it would be.
    """
    sizes = [len(each) if isinstance(each, str | list | tuple) else None for each in (left, right)]
    if operator == "+" and None not in sizes:
        check_size(sum(size for size in sizes if size is not None))
    elif operator == "%" and isinstance(left, str):
        _check_format(left)
    elif operator in ("*", "**"):
        _check_product(operator, left, right, sizes)


def _check_product(operator: str, left: Any, right: Any, sizes: Sequence[int | None]) -> None:
    if sizes[0] is not None and isinstance(right, int):
        check_size(sizes[0] * right)
    elif sizes[1] is not None and isinstance(left, int):
        check_size(sizes[1] * left)
    elif isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
        if bits > _MOST_BITS:
            raise TooLong("the template makes a huge number")


def _check_format(text: str) -> None:
    if _WIDE.search(text):
        raise TooLong(f"the template formats with a width that is not bounded: {text[:60]!r}")


def check_text_method(owner: str, name: str, args: tuple[Any, ...]) -> None:
    """Refuse a method of ``owner`` whose result would be huge.

    Raises:
        TooLong: it would be.
    """
    if name in _WIDENING:
        widest = max((each for each in args if isinstance(each, int)), default=0)
        check_size(widest * (1 + owner.count("\t")) if name == "expandtabs" else widest)
    elif name in ("format", "format_map"):
        _check_format(owner)
    elif name == "replace" and len(args) >= 2 and all(isinstance(each, str) for each in args[:2]):
        check_size(len(owner) + owner.count(args[0]) * len(args[1]))
    elif name == "join" and args and isinstance(args[0], list | tuple):
        check_size(sum(len(str(each)) + len(owner) for each in args[0]))


def check_filter(name: str, value: Any, args: tuple[Any, ...]) -> None:
    """Refuse one of Jinja2's filters on ``value`` whose result would be huge.

    Raises:
        TooLong: it would be.
    """
    widths = [each for each in args if isinstance(each, int)]
    check_size(max(widths, default=0))
    if name == "format":
        _check_format(str(value))
    elif name == "replace" and len(args) >= 2:
        check_text_method(str(value), "replace", tuple(map(str, args)))
    elif name == "join" and isinstance(value, list):
        check_text_method(str(args[0]) if args else "", "join", (value,))
    elif name == "sum" and isinstance(value, list):
        weigh(value)
    elif name in ("indent", "wordwrap") and not isinstance(value, Undefined):
        added = max((len(each) for each in args if isinstance(each, str)), default=0)
        rows = str(value).count("\n") if name == "indent" else len(str(value))
        check_size(rows * max(added, *(widths if name == "indent" else ()), 0))
