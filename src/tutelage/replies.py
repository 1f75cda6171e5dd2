"""Reading what a model wrote: labelled sections, lists, JSON, a number, a choice.

Models wrap, number, bold, quote and announce what they were asked for. These readers see through all of
that and never guess beyond it: what cannot be read raises :class:`Unreadable` with a short reason code.
English and Chinese are read alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any


class Unreadable(Exception):
    """A reply is not of the form that was asked for.

    ``reason`` is a code such as ``no_instruction``; ``detail`` says more for a person.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


# What each part of a reply may be called. Longer words stand before shorter ones that begin them.
LABELS: Mapping[str, Sequence[str]] = {
    "instruction": (
        *("instruction", "query", "question", "message", "request", "prompt", "user"),
        *("指令", "提问", "问题", "消息", "求助", "请求", "用户"),
    ),
    "response": ("response", "answer", "reply", "assistant", "回答", "答案", "答复", "回复", "助手"),
}

_CHANGED = (
    r"(?:(?:the\s+)?(?:refined|improved|revised|final|new|updated|better|rewritten|corrected)\s+"
    r"|(?:改进|修改|优化|完善|改写|修订|更新|重写|最终|新)(?:后)?的?)?"
)
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
_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
_RULE = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$")
_WRAPPED_FENCE = re.compile(r"\A\s*(```+|~~~+)[^\n]*\n(.*?)\n?\s*\1\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Label:
    """A label line: its part, the word and the style that were used, and the text after it."""

    part: str
    word: str
    style: str
    rest: str


class _LabelReader:
    """Recognises label lines for one set of parts."""

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        self._parts = {word.casefold(): part for part, words in labels.items() for word in words}
        words = "|".join(sorted(map(re.escape, self._parts), key=len, reverse=True))
        self._line = re.compile(
            rf"^\s{{0,3}}(?:>\s?)?(?P<heading>\#{{1,6}}\s*)?(?:\(?\d{{1,2}}[.):、）]\s*)?(?P<bold>\*\*|__)?"
            rf"\s*[【\[]?{_CHANGED}(?P<word>{words})\s*\d{{0,2}}\s*[】\]]?"
            rf"(?P<colon1>[::：])?\s*(?P<unbold>\*\*|__)?\s*(?P<colon2>[:：])?(?P<rest>.*)$",
            re.IGNORECASE,
        )

    def read(self, line: str) -> _Label | None:
        """``line`` as a label, or ``None``: a plain word needs a colon, a heading or bold stands alone."""
        found = self._line.match(line)
        if not found or bool(found["bold"]) != bool(found["unbold"]):
            return None
        colon = bool(found["colon1"] or found["colon2"])
        rest = found["rest"].strip()
        style = "heading" if found["heading"] else "bold" if found["bold"] else "plain"
        if not colon and (style == "plain" or rest):
            return None
        word = found["word"].casefold()
        return _Label(self._parts[word], word, style, rest)


_STYLES = ("heading", "bold", "plain")


def sections(text: str, labels: Mapping[str, Sequence[str]] = LABELS) -> dict[str, str]:
    """The labelled parts of a reply by name; a part that is not there is absent, an empty one is "".

    Only a label at the start of a line counts, outside code fences, and in the most prominent style that
    is used (heading, then bold, then plain): so "Answer: 42" inside an answer under a heading stays in it.
    A part that comes twice ends the reading: a model that goes on with a second example is cut there.
    """
    reader = _LabelReader(labels)
    lines = unfence(text).splitlines()
    seen = [reader.read(line) if outside else None for line, outside in _fenced(lines)]
    found = [label for label in seen if label]
    if not found:
        return {}
    style = min((label.style for label in found), key=_STYLES.index)
    parts: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    current: list[str] | None = None
    for line, label in zip(lines, seen, strict=True):
        if label and label.style == style and words.get(label.part, label.word) == label.word:
            if label.part in parts:
                if _filled(parts, labels):
                    break
                if any(parts[label.part]):  # the same heading again, before the other part came
                    break
            words[label.part] = label.word
            current = parts[label.part] = [label.rest] if label.rest else []
        elif current is not None:
            current.append(line)
    return {name: unwrap("\n".join(body)) for name, body in parts.items()}


def _filled(parts: Mapping[str, list[str]], labels: Mapping[str, Sequence[str]]) -> bool:
    return all(any(line.strip() for line in parts.get(name, ())) for name in labels)


def _fenced(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each line and whether it stands outside code fences; an unclosed fence hides nothing."""
    marks = [_FENCE.match(line) for line in lines]
    open_until = -1
    for number, line in enumerate(lines):
        if number <= open_until:
            yield line, False
            continue
        mark = marks[number]
        closing = None
        if mark:
            later = range(number + 1, len(lines))
            closing = next((n for n in later if lines[n].strip() == mark[1]), None)
        if closing is not None:
            open_until = closing
        yield line, closing is None


def both_parts(text: str, labels: Mapping[str, Sequence[str]] = LABELS) -> dict[str, str]:
    """:func:`sections` with every part of ``labels`` there and filled.

    Raises:
        Unreadable: ``no_<part>`` or ``empty_<part>``.
    """
    found = sections(text, labels)
    for name in labels:
        if name not in found:
            raise Unreadable(f"no_{name}", f"no line that begins the {name}")
        if not found[name]:
            raise Unreadable(f"empty_{name}", f"nothing under the label of the {name}")
    return {name: found[name] for name in labels}


def unfence(text: str) -> str:
    """``text`` without a code fence around all of it."""
    found = _WRAPPED_FENCE.match(text)
    if found and not re.search(rf"^\s*{re.escape(found[1])}", found[2], re.MULTILINE):
        return found[2]
    return text


def unwrap(text: str) -> str:
    """``text`` without blank lines, rules, and one pair of quotes or bold marks around all of it."""
    lines = text.splitlines()
    while lines and (not lines[0].strip() or _RULE.match(lines[0])):
        lines.pop(0)
    while lines and (not lines[-1].strip() or _RULE.match(lines[-1])):
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
    lines = [line.strip() for line in unfence(text).splitlines() if line.strip() and not _RULE.match(line)]
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
