r"""Where a solution says its final answer: in the last ``\boxed{…}``, or after "the answer is"."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Way = Literal["boxed", "said", "alone", "none"]

_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*")
_SAID = re.compile(
    r"(?:\banswer\s*(?:is|was|are|equals|:|=)|####|答案\s*(?:是|为|為|[:：=])|答\s*[:：])"
    r"\s*[:：]?\s*(?:therefore\s+)?",
    re.IGNORECASE,
)
_ALONE = 200  # characters of a one-line text that may be an answer by itself
_SENTENCE_END = re.compile(r"[.。](?:\s|$)|[。\n]")


class Final(NamedTuple):
    """The final answer as written, and how it was found; ``none`` where there is none."""

    text: str
    way: Way


def final_answer(text: str) -> Final:
    """The final answer of a solution.

    The last box that is closed wins; then what follows the last "the answer is" (``答案是``, ``####``) in its
    sentence; then a text of one short line is an answer by itself.
    """
    boxed = _last_box(text)
    if boxed is not None:
        return Final(boxed, "boxed")
    said = None
    for said in _SAID.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    if said is not None:
        rest = text[said.end() :].lstrip("*_ \n")
        found = _SENTENCE_END.split(rest, maxsplit=1)[0].strip("*_ ")
        if found:
            return Final(found, "said")
    line = text.strip()
    if line and "\n" not in line and len(line) <= _ALONE:
        return Final(line.removesuffix("。").strip(), "alone")
    return Final("", "none")


def _last_box(text: str) -> str | None:
    for found in reversed(list(_BOX.finditer(text))):
        rest = text[found.end() :]
        if rest.startswith("{"):
            inside = braced(rest)
            if inside is not None:
                return inside.strip()
        elif rest[:1].strip():
            return rest[:1]  # \boxed 2
    return None


def braced(text: str) -> str | None:
    """What stands in the braces that ``text`` begins with; ``None`` where they are not closed."""
    depth = 0
    skip = False
    for place, letter in enumerate(text):
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                return text[1:place]
    return None
