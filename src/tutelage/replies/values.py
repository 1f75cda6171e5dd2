"""Values inside a reply: JSON, a number, a choice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from tutelage.replies.unreadable import Unreadable

_STARTS = 200  # brackets tried as a beginning, so that a reply of brackets alone costs little


def json_in(text: str) -> Any:
    """The first JSON object or array in ``text``: fenced, with prose around, or with trailing commas.

    Raises:
        Unreadable: ``no_json``.
    """
    for start in islice(re.finditer(r"[{\[]", text), _STARTS):
        end = _balanced(text, start.start())
        if end is None:
            continue
        candidate = text[start.start() : end]
        for attempt in (candidate, _without_trailing_commas(candidate)):
            try:
                return json.loads(attempt, strict=False)
            except (json.JSONDecodeError, RecursionError):
                continue
    raise Unreadable("no_json", "no JSON object or array found")


def _balanced(text: str, start: int) -> int | None:
    """The end of the bracketed text that begins at ``start``, strings respected; ``None`` if it is open."""
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', text[start:], re.DOTALL):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
            if depth == 0:
                return start + token.end()
    return None


def _without_trailing_commas(text: str) -> str:
    return re.sub(
        r'("(?:[^"\\]|\\.)*")|,(\s*[}\]])',
        lambda found: found[1] if found[1] is not None else found[2],
        text,
        flags=re.DOTALL,
    )


def number(text: str, low: float | None = None, high: float | None = None) -> float:
    """The first number in ``text`` between ``low`` and ``high``, both included.

    Raises:
        Unreadable: ``no_number``.
    """
    plain = text.translate(str.maketrans("０１２３４５６７８９．－", "0123456789.-"))
    for found in re.finditer(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?!\w)", plain, re.ASCII):
        value = float(found[0].replace(",", ""))
        if (low is None or value >= low) and (high is None or value <= high):
            return value
    bounds = f" between {low} and {high}" if low is not None or high is not None else ""
    raise Unreadable("no_number", f"no number{bounds}")


def choice(text: str, options: Iterable[str]) -> str:
    """The one of ``options`` that ``text`` names first, upper or lower case; longer names win at a tie.

    Raises:
        Unreadable: ``no_choice``.
    """
    known = list(options)
    hits = []
    for option in known:
        edge = r"(?<![^\W_])" if option[:1].isascii() else ""
        end = r"(?![^\W_])" if option[-1:].isascii() else ""
        found = re.search(f"{edge}{re.escape(option)}{end}", text, re.IGNORECASE)
        if found:
            hits.append((found.start(), -len(option), option))
    if not hits:
        raise Unreadable("no_choice", f"none of {', '.join(known)}")
    return min(hits)[2]
