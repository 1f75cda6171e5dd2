"""What stands around a text and does not belong to it: fences, rules, quotation marks, bold marks."""

from __future__ import annotations

import re

_QUOTES = {
    '"': '"',
    "“": "”",
    "”": "”",
    "„": "“",
    "«": "»",
    "「": "」",
    "『": "』",
    "'": "'",
    "‘": "’",
    "＂": "＂",
}
RULE = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$")
_WRAPPED_FENCE = re.compile(r"\A\s*(```+|~~~+)[^\n]*\n(.*?)\n?\s*\1\s*\Z", re.DOTALL)


def unfence(text: str) -> str:
    """``text`` without a code fence around all of it."""
    found = _WRAPPED_FENCE.match(text)
    if found and not re.search(rf"^\s*{re.escape(found[1])}", found[2], re.MULTILINE):
        return found[2]
    return text


def unwrap(text: str) -> str:
    """``text`` without blank lines, rules, and one pair of quotes or bold marks around all of it."""
    lines = text.splitlines()
    while lines and (not lines[0].strip() or RULE.match(lines[0])):
        lines.pop(0)
    while lines and (not lines[-1].strip() or RULE.match(lines[-1])):
        lines.pop()
    return unquote("\n".join(lines).strip())


def unquote(text: str) -> str:
    """``text`` without quotation marks or bold marks, where one pair encloses exactly all of it."""
    text = text.strip()
    for mark in ("**", "__"):
        inner = text[len(mark) : -len(mark)]
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark) and mark not in inner:
            return unquote(inner)
    closing = _QUOTES.get(text[:1])
    if closing and len(text) > 1 and text.endswith(closing):
        inner = text[1:-1]
        if closing not in inner and text[0] not in inner:
            return inner.strip()
    return text
