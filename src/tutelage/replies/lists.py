"""The entries of a list, however it is marked."""

from __future__ import annotations

import re

from tutelage.replies.unreadable import Unreadable
from tutelage.replies.values import json_in
from tutelage.replies.wrapping import RULE, unfence, unquote

_BULLET = re.compile(
    r"^\s*(?:>\s*)?(?:\#{1,6}\s*)?"
    r"(?:[-*•·●○▪◦–—]\s+|[（(]\s*(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十]{1,3})\s*[)）]\s*"
    r"|(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:[.)）](?=\s|[^\d\s])|[、．])\s*|[a-zA-Z][.)]\s+)"
)
_ANNOUNCES = re.compile(r"[:：]\s*$")
_LIST_MARKS = re.compile(r"\s*[,，、;；]\s*")


def bullets(text: str) -> list[str]:
    """The entries of a list: bulleted or numbered lines, else one a line, else commas on one line.

    Where some lines are bulleted, the others (an announcement, a farewell) are left out. Quotes, bold marks
    and a full stop or comma at the end are taken off; an empty entry is left out.

    Raises:
        Unreadable: ``no_list``.
    """
    parsed = _json_list(text)
    if parsed is not None:
        return parsed
    lines = [line.strip() for line in unfence(text).splitlines() if line.strip() and not RULE.match(line)]
    marked = [line[found.end() :] for line in lines if (found := _BULLET.match(line))]
    if marked:
        entries = marked
    else:
        entries = [line for line in lines if not _ANNOUNCES.search(line)]
        if len(entries) == 1:
            entries = _LIST_MARKS.split(re.sub(r"^[^:：]{1,60}[:：]\s*", "", entries[0]))
    cleaned = [unquote(entry.strip().rstrip(",，;；。.").strip()) for entry in entries]
    cleaned = [entry for entry in cleaned if entry]
    if not cleaned:
        raise Unreadable("no_list", "no entry found")
    return cleaned


def _json_list(text: str) -> list[str] | None:
    if not unfence(text).lstrip().startswith(("[", "{")):
        return None
    try:
        found = json_in(text)
    except Unreadable:
        return None
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        return None
    return [each.strip() for each in found if each.strip()]
