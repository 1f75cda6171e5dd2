"""Bounds on what a template may make: texts, lists, numbers and widths.

The length is reckoned before the work is done: ``"a" * 10**9`` never exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import Undefined, pass_environment
from jinja2.exceptions import TemplateRuntimeError

LONGEST = 1_000_000  # characters of a text, members of a list, value of a width
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
        check_size(max((each for each in args if isinstance(each, int)), default=0))
    elif name in ("format", "format_map"):
        _check_format(owner)
    elif name == "replace" and len(args) >= 2 and all(isinstance(each, str) for each in args[:2]):
        check_size(len(owner) + owner.count(args[0]) * len(args[1]))
    elif name == "join" and args and isinstance(args[0], list | tuple):
        check_size(sum(len(str(each)) + len(owner) for each in args[0]))


def bounded(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    """One of Jinja2's filters that can swell a text, with a bound on what it is asked for."""

    def checked(first: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        for each in (*args, *kwargs.values()):
            if isinstance(each, int):
                check_size(each)
        if name == "format":
            _check_format(str(value))
        elif name == "replace" and len(args) >= 2:
            check_text_method(str(value), "replace", tuple(map(str, args)))
        elif name == "join" and not isinstance(value, Undefined):
            value = list(value)
            if not args and not kwargs.get("attribute"):
                check_size(sum(len(str(each)) for each in value))
            elif args and isinstance(args[0], str) and len(args) == 1:
                check_text_method(args[0], "join", (value,))
        return plain(first, value, *args, **kwargs) if passes_first else plain(value, *args, **kwargs)

    passes_first = hasattr(plain, "jinja_pass_arg")
    if not passes_first:
        return pass_environment(checked)
    checked.jinja_pass_arg = plain.jinja_pass_arg  # type: ignore[attr-defined]  # as Jinja2's decorators do
    return checked
