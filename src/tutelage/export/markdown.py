"""Text from models and users inside Markdown: shown as it is, never read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tutelage.export.containers import scrub

_MARKUP = re.compile(r"([\\`*_\[\]<>|#&~$!{}()])")
_LINK = re.compile(r"(?<=\w):(?=//)|(?<=www)\.|@", re.IGNORECASE)
# Controls, ends of lines, and the marks that turn the direction of text around.
_UNSEEN = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


def one_line(text: str, limit: int = 160) -> str:
    """``text`` on one line without control characters, cut at ``limit`` characters with an ellipsis."""
    flat = _UNSEEN.sub(" ", scrub(text)).strip()
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def escaped(text: str, limit: int = 160) -> str:
    """:func:`one_line` with every character escaped that Markdown, HTML or a bare link would act on."""
    marked = _MARKUP.sub(r"\\\1", one_line(text, limit))
    return _LINK.sub(lambda found: f"\\{found[0]}", marked)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table of cells that are escaped already; columns in ``numbers`` (from 0) are set to the right."""
    rules = ["---:" if index in numbers else "---" for index in range(len(head))]
    lines = [head, rules, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
